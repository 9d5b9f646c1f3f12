//! Schedules, parameters and limits of deployments that make no sense: each is refused soon, and says why.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Target, on_both, refusal, shown};

on_both! {
    senseless_schedules_are_refused
    schedules_at_the_edge_fire
    senseless_deployments_are_refused
    schemas_make_nobody_fetch_anything
}

/// Longer than any of these may take, on a machine with other things to do.
const SOON: Duration = Duration::from_secs(5);

fn deployment(
    connection: &mut milliways_tests::http::Connection,
    more: &Value,
) -> (String, String) {
    let flow = connection
        .post("/api/flows/", &json!({"name": "etl"}))
        .unwrap()
        .json();
    let mut body = json!({"name": "nightly", "flow_id": flow["id"]});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let made = connection.post("/api/deployments/", &body).unwrap();
    assert!(made.status < 300, "{}", made.text());
    let id = |value: &Value| value.as_str().unwrap().to_owned();
    (id(&flow["id"]), id(&made.json()["id"]))
}

fn senseless_schedules_are_refused(target: &Target) {
    let mut connection = target.connect();
    let (_, id) = deployment(&mut connection, &json!({}));
    let commas = ",".repeat(10 << 10);
    let long = "a".repeat(1 << 20);
    let schedules = [
        // Cron.
        json!({"cron": "0 0 30 2 *"}),
        json!({"cron": "@reboot"}),
        json!({"cron": "1/0 * * * *"}),
        json!({"cron": commas}),
        json!({"cron": ""}),
        json!({"cron": "61 * * * *"}),
        json!({"cron": "R R * * *"}),
        json!({"cron": "0 0 * * *", "timezone": "Mars/X"}),
        json!({"cron": "0 0 * * *", "timezone": "../../etc/passwd"}),
        json!({"cron": "0 0 * * *", "interval": 5}),
        json!({"cron": 5}),
        // Intervals.
        json!({"interval": 0}),
        json!({"interval": -60}),
        json!({"interval": 1e-6}),
        json!({"interval": 1e12}),
        json!({"interval": "P1M"}),
        json!({"interval": "soon"}),
        json!({"interval": 60, "anchor_date": "+12026-01-01T00:00:00Z"}),
        json!({"interval": 60, "timezone": "UTC+25"}),
        // Rules.
        json!({"rrule": "FREQ=SECONDLY;COUNT=100000000;BYMONTH=2;BYMONTHDAY=30"}),
        json!({"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}),
        json!({"rrule": "DTSTART:20260101T000000\nRRULE:FREQ=DAILY;UNTIL=20250101T000000"}),
        json!({"rrule": "FREQ=DAILY;INTERVAL=0"}),
        json!({"rrule": long}),
        json!({"rrule": "FREQ=DAILY", "timezone": "Mars/X"}),
        json!({"rrule": ""}),
        json!({}),
        json!("daily"),
        Value::Null,
    ];
    let mut table = String::new();
    for schedule in schedules {
        let body = json!([{"schedule": schedule}]);
        let begun = Instant::now();
        let reply = connection
            .post(&format!("/api/deployments/{id}/schedules"), &body)
            .unwrap();
        assert!(begun.elapsed() < SOON, "{schedule:.80}");
        assert!(reply.status >= 400, "{schedule:.80}: {}", reply.text());
        let answer: String = refusal(&reply).chars().take(250).collect();
        writeln!(
            table,
            "{}\n    {}",
            shown(schedule.to_string().as_bytes()),
            answer.escape_debug()
        )
        .unwrap();
    }
    insta::assert_snapshot!("senseless_schedules", table);
    let read = connection
        .get(&format!("/api/deployments/{id}/schedules"))
        .unwrap();
    assert_eq!(read.json(), json!([]));
    target.is_unharmed();
}

fn schedules_at_the_edge_fire(target: &Target) {
    let mut connection = target.connect();
    let mut table = String::new();
    for (schedule, start) in [
        // An hour that New York skips: moved on by it.
        (
            json!({"cron": "30 2 * * *", "timezone": "America/New_York"}),
            "2026-03-07T12:00:00Z",
        ),
        // An hour that it has twice: the first one only.
        (
            json!({"cron": "30 1 * * *", "timezone": "America/New_York"}),
            "2026-10-31T12:00:00Z",
        ),
        (json!({"cron": "0 0 29 2 *"}), "2026-11-21T00:00:00Z"),
        (json!({"cron": "* * * * * *"}), "2026-11-21T00:00:00Z"),
        (
            json!({"interval": 86400, "anchor_date": "0001-01-01T09:00:00Z", "timezone": "Europe/Berlin"}),
            "2026-03-28T00:00:00Z",
        ),
        (
            json!({"interval": 3600, "anchor_date": "9999-12-30T00:00:00Z"}),
            "2026-11-21T00:30:00Z",
        ),
        (
            json!({"interval": "PT90M", "anchor_date": "2026-11-21T00:00:00Z"}),
            "2026-11-21T00:30:00Z",
        ),
        (
            json!({"rrule": "FREQ=MONTHLY;BYDAY=-1FR"}),
            "2026-11-01T00:00:00Z",
        ),
    ] {
        let (_, id) = deployment(
            &mut connection,
            &json!({"schedules": [{"schedule": schedule}]}),
        );
        let span = json!({"start_time": start, "end_time": "2036-01-01T00:00:00Z", "min_runs": 3, "max_runs": 3});
        let made = connection
            .post(&format!("/api/deployments/{id}/schedule"), &span)
            .unwrap();
        assert_eq!(
            (made.status, made.json()),
            (200, Value::Null),
            "{}",
            made.text()
        );
        let asked = json!({"deployment_ids": [id]});
        let runs = connection
            .post("/api/deployments/get_scheduled_flow_runs", &asked)
            .unwrap()
            .json();
        let due: Vec<&str> = runs
            .as_array()
            .unwrap()
            .iter()
            .map(|run| run["next_scheduled_start_time"].as_str().unwrap())
            .filter(|due| *due >= start.trim_end_matches('Z'))
            .take(3)
            .collect();
        writeln!(table, "{schedule} from {start}\n    {}", due.join(" ")).unwrap();
        connection
            .send("DELETE", &format!("/api/deployments/{id}"), &[], b"")
            .unwrap();
    }
    insta::assert_snapshot!("schedules_at_the_edge", table);
    target.is_unharmed();
}

fn senseless_deployments_are_refused(target: &Target) {
    let mut connection = target.connect();
    let schema =
        json!({"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]});
    let circular = json!({"type": "object", "properties": {"x": {"$ref": "#/definitions/x"}},
        "definitions": {"x": {"$ref": "#/definitions/x"}}});
    let remote =
        json!({"type": "object", "properties": {"x": {"$ref": "http://127.0.0.1:9/x.json"}}});
    let pattern =
        json!({"type": "object", "properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}});
    let (flow, id) = deployment(
        &mut connection,
        &json!({"parameter_openapi_schema": schema}),
    );
    let mut table = String::new();
    let mut tell = |method: &str, path: &str, body: &Value| {
        let real = path.replace("{id}", &id);
        let begun = Instant::now();
        let reply = connection
            .send(method, &real, &[], body.to_string().as_bytes())
            .unwrap();
        assert!(begun.elapsed() < SOON, "{body:.80}");
        let answer = if reply.status < 400 {
            format!("{} (accepted)", reply.status)
        } else {
            refusal(&reply).replace(&id, "ID")
        };
        let answer: String = answer.chars().take(250).collect();
        let body = body.to_string().replace(&flow, "FLOW");
        writeln!(
            table,
            "{method} {path} {}\n    {}",
            shown(body.as_bytes()),
            answer.escape_debug()
        )
        .unwrap();
    };
    let create = |more: Value| {
        let mut body = json!({"name": "other", "flow_id": flow});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    // Parameters.
    let run = "/api/deployments/{id}/create_flow_run";
    tell("POST", run, &json!({"parameters": {}}));
    tell("POST", run, &json!({"parameters": {"x": "one"}}));
    tell(
        "POST",
        run,
        &json!({"parameters": {"x": {"__prefect_kind": "json", "value": "{"}}}),
    );
    tell(
        "POST",
        run,
        &json!({"parameters": {"x": {"__prefect_kind": "workspace_variable", "variable_name": "nobody"}}}),
    );
    tell(
        "POST",
        run,
        &json!({"parameters": {"x": "a".repeat(600 << 10)}}),
    );
    tell(
        "POST",
        run,
        &json!({"work_queue_name": "q", "parameters": {"x": 1}}),
    );
    tell(
        "POST",
        run,
        &json!({"name": "\u{0}", "parameters": {"x": 1}}),
    );
    let change = "/api/deployments/{id}";
    tell("PATCH", change, &json!({"parameters": {"x": "one"}}));
    tell(
        "PATCH",
        change,
        &json!({"parameter_openapi_schema": circular, "parameters": {"x": 1}}),
    );
    tell(
        "PATCH",
        change,
        &json!({"parameter_openapi_schema": remote, "parameters": {"x": 1}}),
    );
    tell(
        "PATCH",
        change,
        &json!({"parameter_openapi_schema": pattern, "parameters": {"x": format!("{}!", "a".repeat(50_000))}}),
    );
    tell(
        "PATCH",
        change,
        &json!({"parameter_openapi_schema": {"type": "nonsense"}, "parameters": {"x": 1}}),
    );
    // Deployments.
    tell(
        "POST",
        "/api/deployments/",
        &create(json!({"work_pool_name": "nobody"})),
    );
    tell(
        "POST",
        "/api/deployments/",
        &create(json!({"global_concurrency_limit_id": "018f0000-0000-7000-8000-000000000000"})),
    );
    tell(
        "POST",
        "/api/deployments/",
        &create(json!({"concurrency_limit": 0})),
    );
    tell(
        "POST",
        "/api/deployments/",
        &create(
            json!({"concurrency_limit": 1, "global_concurrency_limit_id": "018f0000-0000-7000-8000-000000000000"}),
        ),
    );
    tell(
        "POST",
        "/api/deployments/",
        &create(json!({"concurrency_options": {"collision_strategy": "WAIT"}})),
    );
    tell(
        "POST",
        "/api/deployments/",
        &create(
            json!({"concurrency_options": {"collision_strategy": "ENQUEUE", "grace_period_seconds": 1}}),
        ),
    );
    tell(
        "POST",
        "/api/deployments/",
        &create(json!({"schedules": [{"schedule": {"cron": "@daily"}, "max_scheduled_runs": 51}]})),
    );
    tell(
        "POST",
        "/api/deployments/",
        &create(
            json!({"schedules": [{"schedule": {"cron": "@daily"}, "slug": "a"}, {"schedule": {"cron": "@daily"}, "slug": "a"}]}),
        ),
    );
    tell(
        "POST",
        "/api/deployments/",
        &create(json!({"name": "x".repeat(5_000)})),
    );
    tell("POST", "/api/deployments/", &create(json!({"name": ""})));
    tell(
        "POST",
        "/api/deployments/",
        &create(json!({"manifest_path": "x"})),
    );
    tell(
        "POST",
        "/api/deployments/",
        &json!({"name": "a", "flow_id": "018f0000-0000-7000-8000-000000000000"}),
    );
    let many: Vec<Value> = (0..101).map(|_| json!({})).collect();
    tell(
        "POST",
        "/api/deployments/{id}/create_flow_run/bulk",
        &json!(many),
    );
    tell(
        "POST",
        "/api/deployments/{id}/schedule",
        &json!({"max_runs": -1}),
    );
    tell(
        "POST",
        "/api/deployments/bulk_delete",
        &json!({"limit": 51}),
    );
    tell(
        "POST",
        "/api/deployments/get_scheduled_flow_runs",
        &json!({}),
    );
    for path in ["", "/pause_deployment", "/create_flow_run", "/schedules"] {
        let method = if path.is_empty() { "DELETE" } else { "POST" };
        let body = if path == "/schedules" {
            json!([])
        } else {
            json!({})
        };
        tell(
            method,
            &format!("/api/deployments/018f0000-0000-7000-8000-000000000000{path}"),
            &body,
        );
    }
    // Twice: the second time there is nothing.
    tell("DELETE", "/api/deployments/{id}", &json!({}));
    tell("DELETE", "/api/deployments/{id}", &json!({}));
    insta::assert_snapshot!("senseless_deployments", table);
    target.is_unharmed();
}

/// Somebody listens where the schema points to, and nobody comes.
fn schemas_make_nobody_fetch_anything(target: &Target) {
    let canary = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    canary.set_nonblocking(true).unwrap();
    let url = format!("http://{}/x.json", canary.local_addr().unwrap());
    let mut connection = target.connect();
    let flow = connection
        .post("/api/flows/", &json!({"name": "etl"}))
        .unwrap()
        .json();
    for schema in [
        json!({"type": "object", "properties": {"x": {"$ref": url}}}),
        json!({"$schema": url, "type": "object"}),
        json!({"$id": url, "type": "object", "properties": {"x": {"$ref": "#/y"}}}),
        json!({"type": "object", "properties": {"x": {"$dynamicRef": url}}}),
    ] {
        let body = json!({"name": "d", "flow_id": flow["id"], "parameter_openapi_schema": schema,
            "parameters": {"x": 1}, "enforce_parameter_schema": true});
        let made = connection.post("/api/deployments/", &body).unwrap();
        assert!(made.status < 500, "{}", made.text());
        let body = json!({"schema": schema, "values": {"x": 1}});
        let told = connection.post("/api/ui/schemas/validate", &body).unwrap();
        assert!(told.status < 500, "{}", told.text());
    }
    let came = canary.accept();
    assert!(
        came.as_ref()
            .is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock),
        "{came:?}"
    );
    target.is_unharmed();
}
