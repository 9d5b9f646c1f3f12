//! Text and data that would be dangerous if anybody took them for more than that: names, log lines, artifacts, results.

use std::fmt::Write as _;

use milliways_tests::http::Connection;
use serde_json::{Value, json};

use super::{Target, flow_run, on_both, shown};

on_both! {
    odd_names_are_refused_or_kept_as_they_are
    log_lines_are_text
    artifacts_and_results_are_data
    statements_in_filters_find_nothing
}

const ODD: [&str; 11] = [
    "a\0b",
    "a\nb",
    "a\u{202e}b",
    "",
    ".",
    "..",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "=cmd()",
    "'; DROP TABLE flow_run; --",
];

fn post(server: &mut Connection, path: &str, body: &Value) -> (u16, Value) {
    let reply = server.post(&format!("/api{path}"), body).unwrap();
    assert!(reply.status < 500, "{path} {body:.200}: {}", reply.text());
    (reply.status, reply.json())
}

/// A name for each kind of thing, each odd in its own way: the server says no, or keeps it to the letter.
fn odd_names_are_refused_or_kept_as_they_are(target: &Target) {
    let mut server = target.connect();
    let flow = post(&mut server, "/flows/", &json!({"name": "etl"})).1["id"].clone();
    post(
        &mut server,
        "/work_pools/",
        &json!({"name": "pool", "type": "process"}),
    );
    let long = "x".repeat(5_000);
    let mut table = String::new();
    let trigger = json!({"type": "event", "posture": "Reactive", "threshold": 1, "within": 0.0});
    for name in ODD.iter().chain([&long.as_str()]) {
        for (path, key, body) in [
            ("/flows/", "name", json!({})),
            ("/flow_runs/", "name", json!({"flow_id": flow})),
            (
                "/task_runs/",
                "name",
                json!({"task_key": "t", "dynamic_key": name}),
            ),
            ("/deployments/", "name", json!({"flow_id": flow})),
            ("/work_pools/", "name", json!({"type": "process"})),
            ("/work_pools/pool/queues", "name", json!({})),
            ("/work_queues/", "name", json!({})),
            ("/variables/", "name", json!({"value": 1})),
            (
                "/artifacts/",
                "key",
                json!({"type": "markdown", "data": "x"}),
            ),
            ("/block_types/", "slug", json!({"name": "kind"})),
            ("/block_types/", "name", json!({"slug": "kind"})),
            (
                "/concurrency_limits/",
                "tag",
                json!({"concurrency_limit": 1}),
            ),
            ("/v2/concurrency_limits/", "name", json!({"limit": 1})),
            (
                "/automations/",
                "name",
                json!({"trigger": trigger, "actions": []}),
            ),
        ] {
            let mut body = body;
            body[key] = json!(name);
            let (status, made) = post(&mut server, path, &body);
            writeln!(table, "{path} {key} {}: {status}", shown(name.as_bytes())).unwrap();
            if status < 300 {
                // Clients may leave a run's name to the server by giving none.
                let is_given = !name.is_empty();
                assert!(!is_given || made[key] == **name, "{path} {name:?}: {made}");
            }
            // Whatever a name is in a path, it is no other path.
            if !name.is_empty() && name.len() < 5_000 {
                let asked = format!("/api/variables/name/{}", encoded(name));
                let reply = server.get(&asked).unwrap();
                assert!(
                    [404, 422].contains(&reply.status),
                    "{asked}: {}",
                    reply.text()
                );
            }
        }
    }
    insta::assert_snapshot!("odd_names", table);
    assert!(!target.home.path().join("etc").exists());
    target.is_unharmed();
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        write!(out, "%{byte:02X}").unwrap();
    }
    out
}

fn log_lines_are_text(target: &Target) {
    let mut server = target.connect();
    let run = flow_run(&mut server);
    let messages = [
        "\u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}",
        "=cmd()|'/c calc'!A1, \"quoted\"",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}\r\nsecond line",
        "'; DROP TABLE log; --",
    ];
    let now = milliways_model::time::Clock::now(&milliways_model::time::SystemClock);
    let line = |message: &&str| json!({"name": "n", "level": 20, "message": message, "timestamp": now, "flow_run_id": run});
    let lines: Vec<Value> = messages.iter().map(line).collect();
    assert_eq!(post(&mut server, "/logs/", &json!(lines)).0, 201);
    let filter = json!({"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC"});
    let (_, found) = post(&mut server, "/logs/filter", &filter);
    let found: Vec<&str> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|log| log["message"].as_str().unwrap())
        .collect();
    assert_eq!(found, messages);
    // As a file: every message in quotes, and quotes in it doubled.
    let file = server
        .get(&format!("/api/flow_runs/{run}/logs/download"))
        .unwrap();
    let kind = file.header("content-type").unwrap();
    assert!(kind.starts_with("text/csv"), "{kind}");
    assert!(
        file.header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    for message in messages {
        // Within quotation marks only where it has to be, as Python's csv writes it.
        let field = if message.contains(['"', ',', '\r', '\n']) {
            format!(",\"{}\"\r\n", message.replace('"', "\"\""))
        } else {
            format!(",{message}\r\n")
        };
        assert!(
            file.text().contains(&field),
            "{field:?} in {:?}",
            file.text()
        );
    }
    target.is_unharmed();
}

fn artifacts_and_results_are_data(target: &Target) {
    let mut server = target.connect();
    let run = flow_run(&mut server);
    for (number, (kind, data)) in [
        (
            "markdown",
            json!("[x](javascript:alert(1)) <img src=x onerror=alert(1)>"),
        ),
        ("html", json!("<script>alert(1)</script>")),
        ("image", json!("data:image/svg+xml,<svg onload=alert(1)>")),
        ("link", json!("javascript:alert(1)")),
        (
            "table",
            json!([{"a": "=cmd()", "b": {"$ref": "file:///etc/passwd"}}]),
        ),
        (
            "pickle",
            json!("gASVHAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg=="),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("k-{number}");
        let (status, made) = post(
            &mut server,
            "/artifacts/",
            &json!({"key": key, "type": kind, "data": data, "description": "<script>"}),
        );
        assert_eq!((status, &made["data"]), (201, &data), "{kind}");
        let shown = server.get(&format!("/api/artifacts/{key}/latest")).unwrap();
        assert_eq!(shown.json()["data"], data, "{kind}");
        // A browser that is sent there shows data, and runs nothing.
        assert_eq!(shown.header("content-type"), Some("application/json"));
        assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
    }
    // A result is what the client says it is, and nobody here looks into it.
    let result = json!({"type": "unpersisted", "blob": "gASVHAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg=="});
    for state in [
        json!({"type": "RUNNING"}),
        json!({"type": "COMPLETED", "data": result}),
    ] {
        let (_, told) = post(
            &mut server,
            &format!("/flow_runs/{run}/set_state"),
            &json!({"state": state}),
        );
        assert_eq!(told["status"], "ACCEPT", "{told}");
    }
    let stored = server.get(&format!("/api/flow_runs/{run}")).unwrap().json();
    assert_eq!(stored["state"]["data"], result);
    // A table of a million rows is too large a body, and a page has its bound.
    let head = format!(
        "POST /api/artifacts/ HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n\r\n",
        target.server.address(),
        64 << 20
    );
    let mut large = target.connect();
    large.write(head.as_bytes()).unwrap();
    assert_eq!(large.answer().unwrap().status, 413);
    assert_eq!(
        post(&mut server, "/artifacts/filter", &json!({"limit": 201})).0,
        422
    );
    target.is_unharmed();
}

fn statements_in_filters_find_nothing(target: &Target) {
    let mut server = target.connect();
    flow_run(&mut server);
    let text = "' OR 1=1; DROP TABLE flow_run; --";
    for path in [
        "/flows/filter",
        "/flow_runs/filter",
        "/task_runs/filter",
        "/deployments/filter",
        "/artifacts/filter",
        "/artifacts/latest/filter",
        "/variables/filter",
        "/automations/filter",
        "/block_documents/filter",
        "/logs/filter",
    ] {
        for sort in ["id desc;--", "NAME_ASC; SELECT 1", "name", ""] {
            let (status, told) = post(&mut server, path, &json!({"sort": sort}));
            assert_eq!(status, 422, "{path} {sort}: {told}");
        }
    }
    for (path, filter) in [
        (
            "/flows/filter",
            json!({"flows": {"name": {"any_": [text]}}}),
        ),
        ("/flows/filter", json!({"flows": {"name": {"like_": text}}})),
        (
            "/flows/filter",
            json!({"flows": {"tags": {"all_": [text]}}}),
        ),
        (
            "/flow_runs/filter",
            json!({"flow_runs": {"name": {"like_": "\\%"}}}),
        ),
        (
            "/flow_runs/filter",
            json!({"flow_runs": {"state": {"name": {"any_": [text]}}}}),
        ),
        (
            "/flow_runs/filter",
            json!({"flow_runs": {"idempotency_key": {"any_": [text]}}}),
        ),
        (
            "/deployments/filter",
            json!({"deployments": {"name": {"like_": text}}}),
        ),
        (
            "/work_pools/filter",
            json!({"work_pools": {"name": {"any_": [text]}}}),
        ),
        (
            "/artifacts/filter",
            json!({"artifacts": {"key": {"like_": text}}}),
        ),
        (
            "/variables/filter",
            json!({"variables": {"name": {"like_": "%_\\"}}}),
        ),
        (
            "/block_types/filter",
            json!({"block_types": {"slug": {"any_": [text]}}}),
        ),
        (
            "/automations/filter",
            json!({"automations": {"name": {"any_": [text]}}}),
        ),
    ] {
        let (status, found) = post(&mut server, path, &filter);
        assert_eq!((status, found), (200, json!([])), "{path} {filter}");
    }
    // Names of resources' labels are values too.
    for filter in [
        json!({"resource": {"labels": {text: [text]}}}),
        json!({"related": {"labels": {text: "*"}}}),
        json!({"event": {"prefix": [text], "exclude_name": ["%"]}}),
        json!({"text": {"query": text}}),
    ] {
        let (status, found) = post(&mut server, "/events/filter", &json!({"filter": filter}));
        assert_eq!((status, &found["events"]), (200, &json!([])), "{filter}");
    }
    assert_eq!(
        post(&mut server, "/flow_runs/count", &json!({})),
        (200, json!(1))
    );
    target.is_unharmed();
}
