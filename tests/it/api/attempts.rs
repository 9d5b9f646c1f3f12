//! Two that believe to hold a run, and what is deleted under those who use it.

use std::thread;

use milliways_tests::process::Home;
use serde_json::json;

use crate::doctor::broken;

use super::{Target, flow_run, on_both};

on_both! { an_older_attempt_changes_nothing }

#[test]
fn what_is_deleted_while_it_is_written_leaves_nothing_behind_sqlite() {
    delete_while_writing(Target::on(Home::sqlite()));
}

#[test]
fn what_is_deleted_while_it_is_written_leaves_nothing_behind_postgres() {
    delete_while_writing(Target::on(Home::postgres()));
}

fn an_older_attempt_changes_nothing(target: &Target) {
    let mut server = target.connect();
    let run = flow_run(&mut server);
    let claim = format!("/api/flow_runs/{run}/attempts");
    for epoch in [1, 2] {
        let claimed = server.post(&claim, &json!({})).unwrap();
        assert_eq!(
            (claimed.status, &claimed.json()["epoch"]),
            (201, &json!(epoch))
        );
    }
    let journal = format!("/api/flow_runs/{run}/journal");
    let batch = |epoch: i64, name: &str| json!({"epoch": epoch, "first_seq": 1, "records": [{"flow_run_name": name}]});
    // Clients of ours ask for problems, which have codes.
    let problem = [("accept", "application/problem+json")];
    let mut send = |epoch: i64, name: &str| {
        let body = batch(epoch, name).to_string();
        server
            .send("POST", &journal, &problem, body.as_bytes())
            .unwrap()
    };
    let refused = send(1, "old");
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (409, &json!("stale_attempt")),
        "{}",
        refused.text()
    );
    assert_eq!(send(2, "new").status, 200);
    assert_eq!(send(1, "old").status, 409);
    let stored = server.get(&format!("/api/flow_runs/{run}")).unwrap().json();
    assert_eq!(stored["name"], "new");
    target.is_unharmed();
}

fn delete_while_writing(target: Target) {
    let mut server = target.connect();
    let flow = server
        .post("/api/flows/", &json!({"name": "etl"}))
        .unwrap()
        .json()["id"]
        .clone();
    let made = server.post(
        "/api/work_pools/",
        &json!({"name": "pool", "type": "process", "concurrency_limit": 5}),
    );
    assert_eq!(made.unwrap().status, 201);
    server
        .post(
            "/api/concurrency_limits/",
            &json!({"tag": "few", "concurrency_limit": 100}),
        )
        .unwrap();
    let body =
        json!({"name": "d", "flow_id": flow, "work_pool_name": "pool", "concurrency_limit": 100});
    let deployment = server.post("/api/deployments/", &body).unwrap().json()["id"].clone();
    let deployment = deployment.as_str().unwrap();
    let create = format!("/api/deployments/{deployment}/create_flow_run");
    let runs: Vec<String> = (0..6)
        .map(|_| {
            let made = server
                .post(&create, &json!({"state": {"type": "SCHEDULED"}}))
                .unwrap();
            made.json()["id"].as_str().unwrap().to_owned()
        })
        .collect();
    // Each run is claimed, run and written to by one, while others delete it, its pool, its deployment and its limit.
    thread::scope(|scope| {
        let target = &target;
        for run in &runs {
            scope.spawn(move || live(target, run));
            scope.spawn(move || {
                let mut server = target.connect();
                let path = format!("/api/flow_runs/{run}/journal");
                let now = milliways_model::time::Clock::now(&milliways_model::time::SystemClock);
                let log = json!({"log": {"name": "n", "level": 20, "message": "m", "timestamp": now, "flow_run_id": run}});
                for number in 1..=5 {
                    let batch = json!({"epoch": 1, "first_seq": number, "records": [log]});
                    let status = server.post(&path, &batch).unwrap().status;
                    assert!([200, 404, 409, 422].contains(&status), "{status}");
                }
            });
        }
        let gone = runs
            .iter()
            .take(4)
            .map(|run| format!("/api/flow_runs/{run}"));
        let rest = [
            "/api/work_pools/pool".to_owned(),
            format!("/api/deployments/{deployment}"),
            "/api/concurrency_limits/tag/few".to_owned(),
        ];
        for path in gone.chain(rest) {
            let mut server = target.connect();
            scope.spawn(move || {
                let mut delete = || server.send("DELETE", &path, &[], b"").unwrap().status;
                let first = delete();
                // A run that has not begun goes with its deployment.
                assert!([200, 204, 404].contains(&first), "{path}: {first}");
                assert_eq!(delete(), 404, "{path}");
            });
        }
    });
    target.is_unharmed();
    let Target { home, mut server } = target;
    server.signal("TERM");
    assert!(server.wait().success());
    assert_eq!(broken(&home.run("server doctor -o json")), [""; 0]);
}

/// The life of a run, as far as it is let live.
fn live(target: &Target, run: &str) {
    let mut server = target.connect();
    server
        .post("/api/work_pools/pool/get_scheduled_flow_runs", &json!({}))
        .unwrap();
    for kind in ["PENDING", "RUNNING"] {
        let set = json!({"state": {"type": kind}});
        let status = server
            .post(&format!("/api/flow_runs/{run}/set_state"), &set)
            .unwrap()
            .status;
        assert!([200, 201, 404].contains(&status), "{status}");
    }
    for number in 0..5 {
        let task = json!({"flow_run_id": run, "task_key": "t", "dynamic_key": number.to_string(), "tags": ["few"],
            "state": {"type": "PENDING"}});
        let made = server.post("/api/task_runs/", &task).unwrap();
        assert!(
            [200, 201, 404, 409].contains(&made.status),
            "{}",
            made.text()
        );
        if let Some(task) = made.json()["id"].as_str() {
            let path = format!("/api/task_runs/{task}/set_state");
            let status = server
                .post(&path, &json!({"state": {"type": "RUNNING"}}))
                .unwrap()
                .status;
            assert!([200, 201, 404].contains(&status), "{status}");
        }
    }
}
