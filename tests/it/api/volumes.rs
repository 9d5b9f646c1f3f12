//! Too much, too long, too far away: events, log lines, bodies, patterns; and the memory that it takes to refuse them.

use std::time::{Duration, Instant};

use milliways_tests::http::Connection;
use milliways_tests::websocket::{Heard, WebSocket};
use serde_json::{Value, json};

use super::{Target, flow_run, on_both};

on_both! {
    events_out_of_bounds_are_refused
    log_lines_out_of_bounds_are_refused
    a_large_name_takes_no_memory
    patterns_are_matched_in_linear_time
    large_filters_are_answered_or_refused
    a_run_of_many_tags_makes_no_large_event
}

/// Longer than any of these may take, on a machine with other things to do.
const SOON: Duration = Duration::from_secs(5);

fn post(server: &mut Connection, path: &str, body: &Value) -> u16 {
    let reply = server.post(&format!("/api{path}"), body).unwrap();
    assert!(reply.status < 500, "{path}: {}", reply.text());
    reply.status
}

fn event(id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let now = milliways_model::time::Clock::now(&milliways_model::time::SystemClock);
    let mut event = json!({"id": id, "occurred": now, "event": "test.happened",
        "resource": {"prefect.resource.id": "r"}, "payload": {}});
    change(&mut event);
    event
}

fn new_id() -> String {
    milliways_model::uuid7_now().to_string()
}

fn events_out_of_bounds_are_refused(target: &Target) {
    let mut server = target.connect();
    let labels: serde_json::Map<String, Value> = (0..100_000)
        .map(|number| (format!("label-{number}"), json!("x")))
        .chain([("prefect.resource.id".to_owned(), json!("r"))])
        .collect();
    let wrong: [(&str, Value, &[u16]); 6] = [
        (
            "year 1",
            event(&new_id(), |event| {
                event["occurred"] = json!("0001-01-01T00:00:00Z");
            }),
            &[422],
        ),
        (
            "ten years on",
            event(&new_id(), |event| {
                let now = milliways_model::time::Clock::now(&milliways_model::time::SystemClock);
                event["occurred"] = json!(now.plus_seconds(10.0 * 365.0 * 86_400.0));
            }),
            &[422],
        ),
        (
            "100,000 labels",
            event(&new_id(), |event| event["resource"] = json!(labels)),
            &[422],
        ),
        (
            "2 MiB",
            event(&new_id(), |event| {
                event["payload"] = json!({"x": "x".repeat(2 << 20)});
            }),
            &[413, 422],
        ),
        (
            "long name",
            event(&new_id(), |event| event["event"] = json!("x".repeat(5_000))),
            &[422],
        ),
        (
            "101 related",
            event(&new_id(), |event| {
                let one = json!({"prefect.resource.id": "r", "prefect.resource.role": "x"});
                event["related"] = json!(vec![one; 101]);
            }),
            &[422],
        ),
    ];
    let fine = event(&new_id(), |_| {});
    for (what, event, statuses) in &wrong {
        // One that is wrong takes the others of its request with it.
        let status = post(&mut server, "/events", &json!([fine, event]));
        assert!(statuses.contains(&status), "{what}: {status}");
        let headers = [("sec-websocket-protocol", "prefect")];
        let mut socket = WebSocket::open(target.server.address(), "/api/events/in", &headers)
            .unwrap()
            .unwrap();
        socket.say(&json!({"type": "auth", "token": null})).unwrap();
        socket.hear();
        // It may be hung up on before all is sent.
        let _ = socket.say(event);
        let heard = socket.hear();
        assert!(
            matches!(heard, Heard::Close(1007..=1009, _) | Heard::Gone),
            "{what}: {heard:?}"
        );
    }
    let count = json!({"filter": {"event": {"prefix": ["test."]}}, "limit": 50});
    let mut stored = || {
        let found = server.post("/api/events/filter", &count).unwrap().json();
        found["total"].clone()
    };
    assert_eq!(stored(), 0);
    // A clock that is an hour ahead or behind is nobody's fault; an id that comes twice is one event.
    let again = new_id();
    let skewed = |hours: i64| {
        let now = milliways_model::time::Clock::now(&milliways_model::time::SystemClock);
        let hour = Duration::from_hours(1).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a few hours")]
        let moved = now.plus_seconds(hours as f64 * hour);
        event(&again, |event| event["occurred"] = json!(moved))
    };
    let mut other = target.connect();
    let both = json!([skewed(1), skewed(-1), fine]);
    assert_eq!(post(&mut other, "/events", &both), 204);
    assert_eq!(post(&mut other, "/events", &both), 204);
    let all = json!({"filter": {"event": {"prefix": ["test."]},
        "occurred": {"since": "2020-01-01T00:00:00Z", "until": "2045-01-01T00:00:00Z"}}});
    let found = other.post("/api/events/filter", &all).unwrap().json();
    assert_eq!(found["total"], 2, "{found}");
    target.is_unharmed();
}

fn log_lines_out_of_bounds_are_refused(target: &Target) {
    let mut server = target.connect();
    let run = flow_run(&mut server);
    let line = |message: &str, level: i64, second: u32| {
        json!({"name": "n", "level": level, "message": message, "flow_run_id": run,
            "timestamp": format!("2026-11-21T04:12:{second:02}Z")})
    };
    // A million lines, and one of ten megabytes: refused by their size.
    let head = format!(
        "POST /api/logs/ HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n",
        target.server.address(),
        100_000_000
    );
    let mut large = target.connect();
    large.write(head.as_bytes()).unwrap();
    assert_eq!(large.answer().unwrap().status, 413);
    let long = json!([line(&"x".repeat(10 << 20), 20, 1)]).to_string();
    // The server may hang up before it has read all.
    if let Ok(reply) = target
        .connect()
        .send("POST", "/api/logs/", &[], long.as_bytes())
    {
        assert_eq!(reply.status, 413);
    }
    // Levels that no database has room for; with one of them the whole request.
    for level in [i64::MAX, i64::MIN] {
        let status = post(
            &mut server,
            "/logs/",
            &json!([line("fine", 20, 1), line("x", level, 1)]),
        );
        assert_eq!(status, 422, "{level}");
    }
    // Times that go backwards: lines are in their order, and those of one time in the order in which they came.
    let lines = [
        line("c", 999, 3),
        line("a", 20, 1),
        line("d", 20, 3),
        line("b", 20, 2),
    ];
    assert_eq!(post(&mut server, "/logs/", &json!(lines)), 201);
    let filter = json!({"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC"});
    let found = server.post("/api/logs/filter", &filter).unwrap().json();
    let found: Vec<_> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|log| log["message"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["a", "b", "c", "d"]);
    target.is_unharmed();
}

/// The most memory that a server has had, in KiB.
fn high_water(target: &Target) -> u64 {
    let path = format!("/proc/{}/status", target.server.process());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn a_large_name_takes_no_memory(target: &Target) {
    // What the first requests need is there before.
    for _ in 0..3 {
        flow_run(&mut target.connect());
    }
    let before = high_water(target);
    let chunk = vec![b'x'; 1 << 20];
    for _ in 0..4 {
        let mut connection = target.connect();
        let head = format!(
            "POST /api/flows/ HTTP/1.1\r\nhost: {}\r\ntransfer-encoding: chunked\r\n\r\n",
            target.server.address()
        );
        connection.write(head.as_bytes()).unwrap();
        connection.write(b"a\r\n{\"name\": \"\r\n").unwrap();
        // 80 MiB, as far as the server takes them.
        for _ in 0..80 {
            let sent = connection
                .write(b"100000\r\n")
                .and_then(|()| connection.write(&chunk))
                .and_then(|()| connection.write(b"\r\n"));
            if sent.is_err() {
                break;
            }
        }
        if let Ok(reply) = connection.answer() {
            assert_eq!(reply.status, 413);
        }
    }
    let more = high_water(target) - before;
    // Four times the largest body, for a server without optimisations; the names were twenty times that.
    assert!(more <= 16 << 10, "{more} KiB more");
    target.is_unharmed();
}

fn patterns_are_matched_in_linear_time(target: &Target) {
    let mut server = target.connect();
    let almost = format!("{}!", "a".repeat(50_000));
    for pattern in [
        "^(a+)+$".to_owned(),
        "(.{0,1000}){1000}".to_owned(),
        "((a{1,100}){1,100}){1,100}".to_owned(),
        "a".repeat(1 << 20),
        "(".to_owned(),
        "(?=a)".to_owned(),
        "\\1".to_owned(),
        "[".repeat(10_000),
    ] {
        let schema =
            json!({"type": "object", "properties": {"x": {"type": "string", "pattern": pattern}}});
        let begun = Instant::now();
        let body = json!({"schema": schema, "values": {"x": almost}});
        let status = post(&mut server, "/ui/schemas/validate", &body);
        assert!([200, 422].contains(&status), "{pattern:.40}: {status}");
        let flow = server
            .post("/api/flows/", &json!({"name": "etl"}))
            .unwrap()
            .json();
        let body = json!({"name": "d", "flow_id": flow["id"], "parameter_openapi_schema": schema,
            "parameters": {"x": almost}, "enforce_parameter_schema": true});
        let status = post(&mut server, "/deployments/", &body);
        assert!(
            [200, 201, 409, 422].contains(&status),
            "{pattern:.40}: {status}"
        );
        assert!(begun.elapsed() < SOON, "{pattern:.40}");
    }
    target.is_unharmed();
}

fn large_filters_are_answered_or_refused(target: &Target) {
    let mut server = target.connect();
    flow_run(&mut server);
    let texts =
        |count: usize| -> Vec<String> { (0..count).map(|number| format!("t{number}")).collect() };
    let ids: Vec<String> = (0..20_000).map(|_| new_id()).collect();
    for (path, filter) in [
        (
            "/flow_runs/filter",
            json!({"flow_runs": {"id": {"any_": ids}}}),
        ),
        (
            "/flow_runs/filter",
            json!({"flow_runs": {"name": {"any_": texts(20_000)}}}),
        ),
        (
            "/flow_runs/filter",
            json!({"flow_runs": {"tags": {"all_": texts(20_000)}}}),
        ),
        (
            "/flow_runs/filter",
            json!({"flow_runs": {"tags": {"any_": texts(20_000)}}}),
        ),
        (
            "/flow_runs/filter",
            json!({"flow_runs": {"state": {"name": {"not_any_": texts(20_000)}}}}),
        ),
        (
            "/flows/filter",
            json!({"flows": {"name": {"like_": "%a".repeat(500_000)}}}),
        ),
        (
            "/flows/filter",
            json!({"flows": {"name": {"like_": format!("{}b", "%a".repeat(200))}}}),
        ),
        (
            "/events/filter",
            json!({"filter": {"event": {"prefix": texts(20_000)}}}),
        ),
        (
            "/events/filter",
            json!({"filter": {"event": {"name": texts(20_000)}}}),
        ),
        (
            "/events/filter",
            json!({"filter": {"resource": {"id_prefix": texts(20_000)}}}),
        ),
        (
            "/events/filter",
            json!({"filter": {"related": {"role": texts(20_000)}}}),
        ),
        (
            "/events/filter",
            json!({"filter": {"text": {"query": "x y -z ".repeat(50_000)}}}),
        ),
        (
            "/flow_runs/bulk_delete",
            json!({"flow_runs": {"id": {"any_": ids}}}),
        ),
    ] {
        let begun = Instant::now();
        let status = post(&mut server, path, &filter);
        assert!([200, 422].contains(&status), "{path}: {status}");
        assert!(begun.elapsed() < SOON, "{path} {:.80}", filter.to_string());
    }
    target.is_unharmed();
}

/// Every subscriber is sent each event: what a run has of tags must not be multiplied by them.
fn a_run_of_many_tags_makes_no_large_event(target: &Target) {
    let mut server = target.connect();
    let flow = server
        .post("/api/flows/", &json!({"name": "etl"}))
        .unwrap()
        .json();
    let tags: Vec<String> = (0..20_000)
        .map(|number| format!("tag-{number:05}"))
        .collect();
    let made = server
        .post(
            "/api/flow_runs/",
            &json!({"flow_id": flow["id"], "tags": tags}),
        )
        .unwrap();
    assert_eq!(
        (made.status, made.json()["tags"].as_array().unwrap().len()),
        (201, tags.len())
    );
    let filter = json!({"filter": {"event": {"prefix": ["prefect.flow-run."]}}, "limit": 50});
    let found = server.post("/api/events/filter", &filter).unwrap();
    assert_eq!(found.json()["total"], 1);
    assert!(found.bytes.len() < 64 << 10, "{} bytes", found.bytes.len());
    target.is_unharmed();
}
