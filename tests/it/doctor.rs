//! The doctor finds nothing in a database that a server has written, and each thing that is broken in it.

use std::process::Output;

use milliways_tests::http::Connection;
use milliways_tests::process::Home;
use serde_json::{Value, json};

/// What is done to a database, and the invariant that no longer holds afterwards.
const BREAKS: [(&str, &str); 16] = [
    (
        "UPDATE flow_run SET state_name = 'Elsewhere' WHERE state_type = 'COMPLETED'",
        "flow-run-states",
    ),
    (
        "UPDATE flow_run SET state_timestamp = state_timestamp - 1 WHERE state_type = 'COMPLETED'",
        "flow-run-latest",
    ),
    ("UPDATE flow_run SET started = 1", "flow-run-started"),
    (
        "UPDATE flow_run SET end_time = NULL WHERE state_type = 'COMPLETED'",
        "flow-run-ends",
    ),
    ("UPDATE task_run SET total_run_time = -1", "run-times"),
    (
        "UPDATE attempt SET lease_until = 1 WHERE is_flow_run",
        "attempt-leases",
    ),
    (
        "UPDATE event SET received = received + 120000000 WHERE seq = (SELECT MIN(seq) FROM event)",
        "log-positions",
    ),
    (
        "DELETE FROM event WHERE run_id IN (SELECT id FROM task_run)",
        "task-run-states",
    ),
    ("DELETE FROM concurrency_lease", "slot-leases"),
    ("DELETE FROM concurrency_limit", "slot-limits"),
    ("DELETE FROM deployment", "schedules"),
    (
        "UPDATE work_pool SET default_queue_id = id",
        "pool-defaults",
    ),
    ("DELETE FROM work_pool", "queue-pools"),
    ("DELETE FROM flow", "flow-run-flows"),
    ("DELETE FROM flow_run", "flow-run-inputs"),
    (
        "UPDATE event SET state_name = NULL WHERE run_id IS NOT NULL",
        "whole-states",
    ),
];

#[test]
fn what_is_broken_is_found_sqlite() {
    let home = Home::sqlite();
    let file = home.path().join("milliways.db");
    let breaks = |statement: &str| {
        let database = rusqlite::Connection::open(&file).unwrap();
        database.execute(statement, []).unwrap()
    };
    break_one_by_one(&home, breaks);
}

#[test]
fn what_is_broken_is_found_postgres() {
    let home = Home::postgres();
    let database = home.database.as_ref().unwrap();
    break_one_by_one(&home, |statement| database.execute(statement));
}

fn break_one_by_one(home: &Home, breaks: impl Fn(&str) -> usize) {
    let mut server = home.start();
    fill(&mut server.connect());
    server.signal("TERM");
    assert!(server.wait().success());
    assert_eq!(broken(&doctor(home)), Vec::<String>::new());
    for (statement, name) in BREAKS {
        assert!(
            !broken(&doctor(home)).iter().any(|one| one == name),
            "{name} is broken before {statement}"
        );
        assert!(breaks(statement) > 0, "nothing is there for {statement}");
        let after = doctor(home);
        assert_eq!(after.status.code(), Some(1), "{statement}");
        let broken = broken(&after);
        assert!(
            broken.iter().any(|one| one == name),
            "{statement}: {broken:?}"
        );
    }
}

#[test]
fn a_database_in_use_is_not_looked_at() {
    let home = Home::sqlite();
    let _server = home.start();
    let refused = home.run("server doctor");
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("hint:"), "{told}");
}

/// Runs the doctor.
fn doctor(home: &Home) -> Output {
    home.run("server doctor --output json")
}

/// The names of the invariants that do not hold.
pub(crate) fn broken(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let invariants = report["invariants"].as_array().unwrap();
    assert!(invariants.len() > 30);
    let broken: Vec<String> = invariants
        .iter()
        .filter(|one| one["holds"] == false)
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(report["is_healthy"], broken.is_empty());
    assert_eq!(output.status.success(), broken.is_empty());
    broken
}

/// Something of everything that the doctor looks at.
fn fill(server: &mut Connection) {
    let mut post = |path: &str, body: Value| -> Value {
        let reply = server.post(&format!("/api{path}"), &body).unwrap();
        assert!(reply.status < 300, "{path}: {}", reply.text());
        reply.json()
    };
    let flow = post("/flows/", json!({"name": "etl"}))["id"].clone();
    let run = post(
        "/flow_runs/",
        json!({"flow_id": flow, "state": {"type": "PENDING"}}),
    );
    let run = run["id"].as_str().unwrap().to_owned();
    post(
        &format!("/flow_runs/{run}/input"),
        json!({"key": "k", "value": "1"}),
    );
    for kind in ["RUNNING", "COMPLETED"] {
        let path = format!("/flow_runs/{run}/set_state");
        post(&path, json!({"state": {"type": kind}}));
    }
    let made = post(
        "/flow_runs/",
        json!({"flow_id": flow, "state": {"type": "PENDING"}}),
    );
    let journal = json!({"epoch": 1, "first_seq": 1, "records": [
        {"flow_run_states": [state("RUNNING"), state("COMPLETED")]},
    ]});
    let id = made["id"].as_str().unwrap();
    post(&format!("/flow_runs/{id}/journal"), journal);
    post(
        "/task_runs/",
        json!({"flow_run_id": run, "task_key": "t", "dynamic_key": "1", "name": "t-1", "state": {"type": "RUNNING"}}),
    );
    let pool = json!({"name": "pool", "type": "process"});
    post("/work_pools/", pool);
    let schedule = json!({"schedule": {"interval": 3600}, "active": true});
    post(
        "/deployments/",
        json!({"name": "d", "flow_id": flow, "work_pool_name": "pool", "schedules": [schedule]}),
    );
    post(
        "/v2/concurrency_limits/",
        json!({"name": "few", "limit": 2}),
    );
    post(
        "/v2/concurrency_limits/increment-with-lease",
        json!({"names": ["few"], "slots": 1, "lease_duration": 300}),
    );
}

fn state(kind: &str) -> Value {
    let id = milliways_model::uuid7_now().to_string();
    let name = format!("{}{}", &kind[..1], kind[1..].to_lowercase());
    let now = milliways_model::time::Clock::now(&milliways_model::time::SystemClock);
    json!({"id": id, "type": kind, "name": name, "timestamp": now})
}
