//! JSON whose values are wrong: each answer names the field and the reason.

use std::fmt::Write;

use super::{Target, flow_run, on_both, refusal, shown};

on_both! { wrong_values_are_named text_of_users_is_kept_as_it_is a_nul_in_a_text_breaks_nothing }

/// Method, path and body of what is refused. `{run}` is a flow run.
const WRONG: &[(&str, &str, &str)] = &[
    // Types.
    ("POST", "/api/flows/", "[]"),
    ("POST", "/api/flows/", "null"),
    ("POST", "/api/flows/", "7"),
    ("POST", "/api/flows/", "{}"),
    ("POST", "/api/flows/", r#"{"name": 7}"#),
    ("POST", "/api/flows/", r#"{"name": null}"#),
    ("POST", "/api/flows/", r#"{"name": "a", "tags": "b"}"#),
    ("POST", "/api/flows/", r#"{"name": "a", "tags": [1]}"#),
    ("POST", "/api/flows/", r#"{"name": "a", "labels": []}"#),
    ("POST", "/api/flow_runs/", "{}"),
    ("POST", "/api/flow_runs/", r#"{"flow_id": "x"}"#),
    ("POST", "/api/flow_runs/", r#"{"flow_id": 7}"#),
    (
        "POST",
        "/api/flow_runs/",
        r#"{"flow_id": "018f0000-0000-7000-8000-000000000000"}"#,
    ),
    (
        "POST",
        "/api/flow_runs/",
        r#"{"flow_id": "018f0000-0000-7000-8000-000000000000", "parameters": []}"#,
    ),
    ("POST", "/api/task_runs/", r#"{"task_key": "a"}"#),
    ("POST", "/api/logs/", "{}"),
    (
        "POST",
        "/api/logs/",
        r#"[{"name": "a", "level": "loud", "message": "m", "timestamp": "2026-11-21T04:12:32Z"}]"#,
    ),
    (
        "POST",
        "/api/logs/",
        r#"[{"name": "a", "level": 20, "message": "m", "timestamp": "yesterday"}]"#,
    ),
    (
        "POST",
        "/api/logs/",
        r#"[{"name": "a", "level": 9223372036854775808, "message": "m", "timestamp": "2026-11-21T04:12:32Z"}]"#,
    ),
    ("POST", "/api/events", r#"[{"event": "e"}]"#),
    (
        "POST",
        "/api/events",
        r#"[{"id": "018f0000-0000-7000-8000-000000000000", "occurred": "2026-11-21T04:12:32Z", "event": "e", "resource": {}}]"#,
    ),
    (
        "POST",
        "/api/events",
        r#"[{"id": "018f0000-0000-7000-8000-000000000000", "occurred": "+12026-11-21T04:12:32Z", "event": "e", "resource": {"prefect.resource.id": "r"}}]"#,
    ),
    (
        "POST",
        "/api/events",
        r#"[{"id": "018f0000-0000-7000-8000-000000000000", "occurred": "2026-11-21T04:12:32Z", "event": "e", "resource": {"prefect.resource.id": "r"}, "related": [{"prefect.resource.id": "x"}]}]"#,
    ),
    // States.
    ("POST", "/api/flow_runs/{run}/set_state", "{}"),
    (
        "POST",
        "/api/flow_runs/{run}/set_state",
        r#"{"state": {"type": "FLYING"}}"#,
    ),
    (
        "POST",
        "/api/flow_runs/{run}/set_state",
        r#"{"state": {"type": "running"}}"#,
    ),
    (
        "POST",
        "/api/flow_runs/{run}/set_state",
        r#"{"state": "RUNNING"}"#,
    ),
    (
        "POST",
        "/api/flow_runs/{run}/set_state",
        r#"{"state": {"type": "RUNNING"}, "force": "maybe"}"#,
    ),
    (
        "POST",
        "/api/flow_runs/018f0000-0000-7000-8000-000000000000/set_state",
        r#"{"state": {"type": "RUNNING"}}"#,
    ),
    (
        "POST",
        "/api/task_runs/018f0000-0000-7000-8000-000000000000/set_state",
        r#"{"state": {"type": "RUNNING"}}"#,
    ),
    // Ids in paths.
    ("GET", "/api/flow_runs/x", ""),
    ("GET", "/api/flow_runs/%00", ""),
    (
        "GET",
        "/api/flow_runs/018f0000-0000-7000-8000-00000000000g",
        "",
    ),
    (
        "GET",
        "/api/flow_runs/018f0000-0000-7000-8000-000000000000",
        "",
    ),
    ("GET", "/api/flow_run_states/?flow_run_id=1", ""),
    ("GET", "/api/flow_run_states/", ""),
    ("GET", "/api/flows/name/%ff", ""),
    ("GET", "/api/flows/name/nobody", ""),
    (
        "DELETE",
        "/api/flows/018f0000-0000-7000-8000-000000000000",
        "",
    ),
    (
        "PATCH",
        "/api/flow_runs/018f0000-0000-7000-8000-000000000000",
        "{}",
    ),
    ("GET", "/api/events/filter/next?page-token=e30", ""),
    // Pages.
    (
        "POST",
        "/api/flow_runs/filter",
        r#"{"offset": 9223372036854775808}"#,
    ),
    (
        "POST",
        "/api/flow_runs/filter",
        r#"{"offset": 9007199254740993}"#,
    ),
    ("POST", "/api/flow_runs/filter", r#"{"offset": -1}"#),
    ("POST", "/api/flow_runs/filter", r#"{"offset": 1.5}"#),
    ("POST", "/api/flow_runs/filter", r#"{"limit": -1}"#),
    ("POST", "/api/flow_runs/filter", r#"{"limit": 201}"#),
    ("POST", "/api/flow_runs/filter", r#"{"limit": 1000000000}"#),
    ("POST", "/api/flow_runs/filter", r#"{"limit": "many"}"#),
    ("POST", "/api/task_runs/filter", r#"{"limit": 201}"#),
    ("POST", "/api/logs/filter", r#"{"limit": -1}"#),
    (
        "POST",
        "/api/logs/filter",
        r#"{"offset": 9223372036854775807}"#,
    ),
    ("POST", "/api/flows/paginate", r#"{"page": 0}"#),
    (
        "POST",
        "/api/flows/paginate",
        r#"{"page": 9223372036854775807, "limit": 200}"#,
    ),
    ("POST", "/api/events/filter", r#"{"limit": 51}"#),
    // Filters and sorts.
    ("POST", "/api/flow_runs/filter", r#"{"sort": "id desc;--"}"#),
    (
        "POST",
        "/api/flow_runs/filter",
        r#"{"flow_runs": {"id": {"any_": ["x"]}}}"#,
    ),
    (
        "POST",
        "/api/flow_runs/filter",
        r#"{"flow_runs": {"state": {"type": {"any_": ["FLYING"]}}}}"#,
    ),
    (
        "POST",
        "/api/flow_runs/filter",
        r#"{"flow_runs": {"start_time": {"after_": "soon"}}}"#,
    ),
    ("POST", "/api/flow_runs/filter", r#"{"flow_runs": 7}"#),
    (
        "POST",
        "/api/flow_runs/filter",
        r#"{"flow_runs": {"operator": "xor_"}}"#,
    ),
    ("POST", "/api/flow_runs/history", "{}"),
    (
        "POST",
        "/api/flow_runs/history",
        r#"{"history_start": "2026-11-21T00:00:00Z", "history_end": "2026-11-22T00:00:00Z", "history_interval_seconds": 0}"#,
    ),
    (
        "POST",
        "/api/flow_runs/history",
        r#"{"history_start": "0001-01-01T00:00:00Z", "history_end": "9999-01-01T00:00:00Z", "history_interval_seconds": 1}"#,
    ),
    ("POST", "/api/events/count-by/weather", r"{}"),
    // Keys nobody knows.
    ("POST", "/api/flows/", r#"{"name": "a", "nmae": "b"}"#),
    (
        "POST",
        "/api/flow_runs/{run}/set_state",
        r#"{"state": {"type": "RUNNING", "colour": "red"}}"#,
    ),
    (
        "PATCH",
        "/api/flow_runs/{run}",
        r#"{"id": "018f0000-0000-7000-8000-000000000000"}"#,
    ),
    // Names.
    ("POST", "/api/flows/", r#"{"name": ""}"#),
    ("POST", "/api/flows/", r#"{"name": "<script>"}"#),
    ("POST", "/api/flows/", r#"{"name": "../../etc/passwd"}"#),
    ("POST", "/api/flows/", r#"{"name": "."}"#),
    ("POST", "/api/flows/", r#"{"name": ".."}"#),
    ("POST", "/api/flows/", r#"{"name": "a\u0000b"}"#),
    ("POST", "/api/flows/", r#"{"name": "a\nb"}"#),
    ("POST", "/api/flows/", r#"{"name": "a\u202eb"}"#),
    ("PATCH", "/api/flow_runs/{run}", r#"{"name": "a\u0000b"}"#),
    // The journal.
    (
        "POST",
        "/api/flow_runs/{run}/journal",
        r#"{"epoch": 0, "first_seq": 1}"#,
    ),
    (
        "POST",
        "/api/flow_runs/{run}/journal",
        r#"{"epoch": 1, "first_seq": 0}"#,
    ),
    (
        "POST",
        "/api/flow_runs/{run}/journal",
        r#"{"epoch": 1, "first_seq": 9223372036854775807}"#,
    ),
    (
        "POST",
        "/api/flow_runs/{run}/journal",
        r#"{"epoch": 1, "first_seq": 1, "records": [{"lunch": {}}]}"#,
    ),
    (
        "POST",
        "/api/flow_runs/{run}/journal",
        r#"{"epoch": 1, "first_seq": 1, "records": [{"flow_run_states": [{"type": "FLYING"}]}]}"#,
    ),
    (
        "POST",
        "/api/flow_runs/{run}/journal",
        r#"{"epoch": 1, "first_seq": 7, "records": [{"flow_run_name": "a"}]}"#,
    ),
    (
        "POST",
        "/api/flow_runs/018f0000-0000-7000-8000-000000000000/journal",
        r#"{"epoch": 1, "first_seq": 1, "records": [{"flow_run_name": "a"}]}"#,
    ),
];

fn wrong_values_are_named(target: &Target) {
    let mut connection = target.connect();
    let run = flow_run(&mut connection);
    let mut table = String::new();
    let name = "x".repeat(5_000);
    let long = [
        ("POST", "/api/flows/", format!(r#"{{"name": "{name}"}}"#)),
        (
            "PATCH",
            "/api/flow_runs/{run}",
            format!(r#"{{"name": "{name}"}}"#),
        ),
        (
            "POST",
            "/api/flow_runs/{run}/journal",
            format!(
                r#"{{"epoch": 1, "first_seq": 1, "records": [{}]}}"#,
                vec![r#"{"flow_run_name": "a"}"#; 5_001].join(",")
            ),
        ),
    ];
    let wrong = WRONG
        .iter()
        .map(|(method, path, body)| (*method, *path, (*body).to_owned()));
    for (method, path, body) in wrong.chain(long) {
        let real = path.replace("{run}", &run);
        let reply = connection
            .send(method, &real, &[], body.as_bytes())
            .unwrap();
        assert!(
            reply.status >= 400,
            "{method} {path} {body}: {}",
            reply.text()
        );
        let answer = refusal(&reply).replace(&run, "RUN");
        writeln!(
            table,
            "{method} {path} {}\n    {answer}",
            shown(body.as_bytes())
        )
        .unwrap();
    }
    insta::assert_snapshot!("wrong_values", table);
    let changed = connection
        .get(&format!("/api/flow_runs/{run}"))
        .unwrap()
        .json();
    assert!(
        changed["state_type"] == "PENDING" && changed["run_count"] == 0,
        "{changed}"
    );
    target.is_unharmed();
}

fn text_of_users_is_kept_as_it_is(target: &Target) {
    let mut connection = target.connect();
    for name in [
        "{{ 7 * 7 }}",
        "=cmd()",
        "'; DROP TABLE flow; --",
        "100_\\",
        "health",
        "naïve 中文 🦀",
    ] {
        let made = connection
            .post("/api/flows/", &serde_json::json!({"name": name}))
            .unwrap();
        assert_eq!((made.status, &made.json()["name"]), (201, &name.into()));
        let filter = serde_json::json!({"flows": {"name": {"any_": [name]}}});
        let found = connection
            .post("/api/flows/filter", &filter)
            .unwrap()
            .json();
        assert_eq!(found[0]["id"], made.json()["id"], "{name}");
        assert_eq!(found.as_array().unwrap().len(), 1);
    }
    let filter = serde_json::json!({"flows": {"name": {"like_": "_"}}});
    let found = connection
        .post("/api/flows/filter", &filter)
        .unwrap()
        .json();
    assert_eq!(
        found.as_array().unwrap().len(),
        1,
        "an underscore means itself"
    );
    target.is_unharmed();
}

fn a_nul_in_a_text_breaks_nothing(target: &Target) {
    let mut connection = target.connect();
    let with_nul = "a\0b";
    let tags = serde_json::json!({"name": "nul", "tags": [with_nul, "plain"]});
    let made = connection.post("/api/flows/", &tags).unwrap();
    assert_eq!(made.status, 201);
    // A row that has one is no stone in the way of those who look for others, or for it.
    for tag in ["plain", with_nul] {
        let filter = serde_json::json!({"flows": {"tags": {"all_": [tag]}}});
        let found = connection.post("/api/flows/filter", &filter).unwrap();
        assert_eq!(
            (found.status, found.json().as_array().unwrap().len()),
            (200, 1)
        );
    }
    let run = flow_run(&mut connection);
    let log = serde_json::json!([{
        "name": with_nul, "level": 20, "message": with_nul,
        "timestamp": "2026-11-21T04:12:32Z", "flow_run_id": run,
    }]);
    assert_eq!(connection.post("/api/logs/", &log).unwrap().status, 201);
    let filter = serde_json::json!({"logs": {"flow_run_id": {"any_": [run]}}});
    let logs = connection.post("/api/logs/filter", &filter).unwrap().json();
    let message = logs[0]["message"].as_str().unwrap();
    assert!(["a\0b", "a\u{fffd}b"].contains(&message), "{message}");
    let slots = serde_json::json!({"names": [with_nul], "slots": 1, "mode": "concurrency"});
    for path in ["increment", "increment-with-lease"] {
        let path = format!("/api/v2/concurrency_limits/{path}");
        assert_eq!(connection.post(&path, &slots).unwrap().status, 200);
    }
    target.is_unharmed();
}
