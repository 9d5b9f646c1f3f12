//! The same thing twice: one of a key, one of an id, one winner, and nothing left of what was deleted.

use std::sync::Barrier;
use std::thread;

use milliways_tests::http::Connection;
use serde_json::{Value, json};

use super::{Target, flow_run, on_both, refusal};

on_both! {
    one_run_of_an_idempotency_key
    one_claim_of_several
    one_event_of_an_id
    deleted_things_are_gone_once
    patterns_and_sorts_are_no_statements
    the_document_is_shown_to_people
}

/// Does the same at the same time, over connections of their own.
fn at_once<T: Send>(
    target: &Target,
    count: usize,
    work: impl Fn(&mut Connection) -> T + Sync,
) -> Vec<T> {
    let start = Barrier::new(count);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = target.connect();
                    start.wait();
                    work(&mut connection)
                })
            })
            .collect();
        threads.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn one_run_of_an_idempotency_key(target: &Target) {
    let mut connection = target.connect();
    let flow = connection
        .post("/api/flows/", &json!({"name": "etl"}))
        .unwrap();
    let flow = flow.json()["id"].clone();
    let replies = at_once(target, 8, |connection| {
        let body = json!({"flow_id": flow, "idempotency_key": "once", "name": "first"});
        let reply = connection.post("/api/flow_runs/", &body).unwrap();
        (reply.status, reply.json()["id"].clone())
    });
    let made = replies.iter().filter(|(status, _)| *status == 201).count();
    assert_eq!(made, 1, "{replies:?}");
    assert!(
        replies
            .iter()
            .all(|(status, id)| *id == replies[0].1 && [200, 201].contains(status))
    );
    // Another body under the same key finds the run as it was made: the clients rely on it.
    let body = json!({"flow_id": flow, "idempotency_key": "once", "name": "second"});
    let again = connection.post("/api/flow_runs/", &body).unwrap();
    assert_eq!(
        (again.status, &again.json()["name"]),
        (200, &json!("first"))
    );
}

fn one_claim_of_several(target: &Target) {
    let mut connection = target.connect();
    let flow = connection
        .post("/api/flows/", &json!({"name": "etl"}))
        .unwrap();
    let run = json!({"flow_id": flow.json()["id"], "state": {"type": "SCHEDULED"}});
    let run = connection.post("/api/flow_runs/", &run).unwrap().json();
    let path = format!("/api/flow_runs/{}/set_state", run["id"].as_str().unwrap());
    let set = |connection: &mut Connection, state: Value| -> Value {
        let body = json!({"state": state});
        let reply = connection.post(&path, &body).unwrap();
        reply.json()["status"].clone()
    };
    let statuses = at_once(target, 4, |connection| {
        set(connection, json!({"type": "PENDING"}))
    });
    let won = statuses.iter().filter(|status| **status == "ACCEPT");
    assert_eq!(won.count(), 1, "{statuses:?}");
    // A result that is kept somewhere is not made again.
    let result = json!({"type": "reference", "storage_key": "k"});
    for (state, answer) in [
        (json!({"type": "RUNNING"}), "ACCEPT"),
        (json!({"type": "COMPLETED", "data": result}), "ACCEPT"),
        (json!({"type": "RUNNING"}), "REJECT"),
    ] {
        assert_eq!(set(&mut connection, state.clone()), answer, "{state}");
    }
}

fn one_event_of_an_id(target: &Target) {
    let id = milliways_model::uuid7_now().to_string();
    let now = milliways_model::time::Clock::now(&milliways_model::time::SystemClock);
    let event = json!([{"id": id, "occurred": now, "event": "once", "resource": {"prefect.resource.id": "r"}}]);
    let statuses = at_once(target, 4, |connection| {
        connection.post("/api/events", &event).unwrap().status
    });
    assert_eq!(statuses, [204; 4]);
    let filter = json!({"filter": {"id": {"id": [id]}}, "limit": 50});
    let found = target
        .connect()
        .post("/api/events/filter", &filter)
        .unwrap();
    assert_eq!(found.json()["total"], 1);
}

fn deleted_things_are_gone_once(target: &Target) {
    let mut connection = target.connect();
    let run = flow_run(&mut connection);
    let pool = json!({"name": "pool", "type": "process"});
    assert_eq!(
        connection.post("/api/work_pools/", &pool).unwrap().status,
        201
    );
    let flow = connection
        .get(&format!("/api/flow_runs/{run}"))
        .unwrap()
        .json()["flow_id"]
        .clone();
    let body = json!({"name": "d", "flow_id": flow, "work_pool_name": "pool"});
    let deployment = connection.post("/api/deployments/", &body).unwrap().json();
    let limit = json!({"name": "few", "limit": 1});
    connection
        .post("/api/v2/concurrency_limits/", &limit)
        .unwrap();
    let take = json!({"names": ["few"], "slots": 1, "lease_duration": 60});
    let path = "/api/v2/concurrency_limits/increment-with-lease";
    assert_eq!(connection.post(path, &take).unwrap().status, 200);
    let deployment = deployment["id"].as_str().unwrap();
    for path in [
        format!("/api/flow_runs/{run}"),
        "/api/work_pools/pool".to_owned(),
        format!("/api/deployments/{deployment}"),
        "/api/v2/concurrency_limits/few".to_owned(),
        format!("/api/flows/{}", flow.as_str().unwrap()),
    ] {
        let mut statuses = at_once(target, 3, |connection| {
            connection.send("DELETE", &path, &[], b"").unwrap().status
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404], "{path}");
    }
    let set = json!({"state": {"type": "RUNNING"}});
    let late = connection
        .post(&format!("/api/flow_runs/{run}/set_state"), &set)
        .unwrap();
    assert!(refusal(&late).starts_with("404"));
    target.is_unharmed();
}

fn patterns_and_sorts_are_no_statements(target: &Target) {
    let mut connection = target.connect();
    let name = "'; DROP TABLE flow_run; --\\";
    let made = connection
        .post("/api/flows/", &json!({"name": name}))
        .unwrap();
    assert_eq!(made.status, 201);
    let mut count = |filter: Value| {
        let found = connection.post("/api/flows/filter", &filter).unwrap();
        found.json().as_array().map(Vec::len)
    };
    assert_eq!(count(json!({"flows": {"name": {"any_": [name]}}})), Some(1));
    assert_eq!(count(json!({"flows": {"name": {"like_": "\\"}}})), Some(1));
    assert_eq!(
        count(json!({"flows": {"name": {"like_": "dr%p table"}}})),
        Some(1)
    );
    assert_eq!(
        count(json!({"flows": {"name": {"like_": "dr_p table"}}})),
        Some(0)
    );
    let sort = json!({"sort": "id desc;--"});
    let refused = connection.post("/api/flow_runs/filter", &sort).unwrap();
    assert!(refusal(&refused).starts_with("422"));
    target.is_unharmed();
}

fn the_document_is_shown_to_people(target: &Target) {
    let mut connection = target.connect();
    let page = connection.get("/docs").unwrap();
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("http"));
    for part in ["/docs/page.js", "/docs/page.css"] {
        assert!(page.text().contains(part));
        let part = connection.get(part).unwrap();
        assert_eq!(part.status, 200);
        assert!(
            !part.text().contains("http"),
            "nothing comes from elsewhere"
        );
    }
}
