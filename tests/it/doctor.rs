//! The doctor finds nothing in a database that a server has written, and each thing that is broken in it.

use std::collections::BTreeSet;
use std::process::Output;

use milliways_tests::http::Connection;
use milliways_tests::process::Home;
use serde_json::{Value, json};

/// Invariants, and what is done to a database so that each no longer holds.
const BREAKS: &[(&str, &str)] = &[
    // Runs.
    ("flow-run-states", "UPDATE flow_run SET state_name = 'Elsewhere' WHERE state_type = 'COMPLETED'"),
    ("task-run-states", "DELETE FROM event WHERE run_id IN (SELECT id FROM task_run)"),
    ("flow-run-latest", "UPDATE flow_run SET state_timestamp = state_timestamp - 1 WHERE state_type = 'COMPLETED'"),
    ("task-run-latest", "UPDATE task_run SET state_timestamp = state_timestamp - 1"),
    ("flow-runs-without-a-state", "UPDATE flow_run SET state_id = NULL"),
    ("flow-run-started", "UPDATE flow_run SET started = 1"),
    ("flow-run-ends", "UPDATE flow_run SET end_time = NULL WHERE state_type = 'COMPLETED'"),
    ("run-times", "UPDATE task_run SET total_run_time = -1"),
    ("flow-run-flows", "DELETE FROM flow"),
    ("flow-run-inputs", "DELETE FROM flow_run"),
    ("attempts", "UPDATE attempt SET epoch = 0"),
    ("attempt-leases", "UPDATE attempt SET lease_until = 9000000000000000 WHERE is_flow_run"),
    ("attempt-owners", "UPDATE attempt SET workspace_id = run_id"),
    ("background-tasks", "DELETE FROM task_run"),
    ("task-run-parents", "UPDATE task_run SET flow_run_id = id WHERE flow_run_id IS NOT NULL"),
    // The log.
    ("states", "UPDATE event SET run_id = id WHERE run_id IS NOT NULL"),
    ("whole-states", "UPDATE event SET state_name = NULL WHERE run_id IS NOT NULL"),
    ("log-positions", "UPDATE event SET received = received + 120000000 WHERE seq = (SELECT MIN(seq) FROM event)"),
    ("events", "UPDATE event SET body = NULL WHERE run_id IS NULL"),
    ("log-lines", "UPDATE log SET level = -1"),
    ("cached-states", "UPDATE cached_state SET state_id = workspace_id"),
    ("event-resources", "DELETE FROM subject WHERE role = ''"),
    ("event-subjects", "UPDATE subject SET seq = seq + 1000000"),
    // Limits.
    ("slot-limits", "DELETE FROM concurrency_limit"),
    ("slot-leases", "DELETE FROM concurrency_lease"),
    ("lease-holders", "UPDATE concurrency_lease SET holder_type = 'flow_run', holder_id = id, expires = NULL"),
    ("lease-tasks", "UPDATE concurrency_lease SET holder_type = 'task_run', expires = NULL,
        holder_id = (SELECT id FROM task_run WHERE state_type = 'COMPLETED' LIMIT 1)"),
    ("empty-leases", "DELETE FROM concurrency_slot"),
    ("limits", "UPDATE concurrency_limit SET slots = -1"),
    ("limit-room", "UPDATE concurrency_limit SET slots = 0, updated = 0"),
    // Deployments.
    ("deployment-flows", "UPDATE deployment SET flow_id = id"),
    ("deployment-queues", "UPDATE deployment SET work_queue_id = id"),
    ("deployment-limits", "UPDATE deployment SET concurrency_limit_id = id"),
    ("deployment-slots", "UPDATE deployment SET concurrency_limit_id = NULL"),
    ("deployment-status", "UPDATE deployment SET status = 'SOON'"),
    ("schedules", "UPDATE deployment_schedule SET deployment_id = id"),
    ("scheduled-runs", "UPDATE flow_run SET deployment_id = NULL WHERE auto_scheduled"),
    ("scheduled-keys", "UPDATE flow_run SET idempotency_key = NULL WHERE auto_scheduled"),
    // Pools.
    ("queue-pools", "DELETE FROM work_pool"),
    ("pool-defaults", "UPDATE work_pool SET default_queue_id = NULL"),
    ("queue-priorities", "UPDATE work_queue SET priority = 7"),
    ("pool-bounds", "UPDATE work_queue SET priority = priority - 1"),
    ("queued-runs", "UPDATE flow_run SET work_queue_id = id"),
    ("offers", "UPDATE flow_run_offer SET work_pool_id = flow_run_id"),
    ("cleanups", "INSERT INTO cleanup_message (id, workspace_id, created, idempotency_key, work_pool_id, kind, target,
        data, status, delivery_count) SELECT id, workspace_id, 0, 'k', id, 'k', '{}', '{}', 'LOST', 0 FROM work_pool"),
    ("automation-resources", "UPDATE automation_resource SET automation_id = workspace_id"),
    // Artifacts, blocks, what is stored as text, counts.
    ("artifact-latest", "UPDATE artifact SET data = '7'"),
    ("artifact-newest", "UPDATE artifact SET created = created + 3600000000
        WHERE id NOT IN (SELECT latest_id FROM artifact_collection)"),
    ("artifact-keys", "DELETE FROM artifact_collection"),
    ("block-types", "UPDATE block_document SET block_type_id = id"),
    ("block-references", "DELETE FROM block_document WHERE name = 'child'"),
    ("block-secrets", "UPDATE block_document SET data = (SELECT data FROM block_document WHERE name = 'child')"),
    ("texts", "UPDATE variable SET value = '{'"),
    ("texts", "UPDATE deployment_schedule SET schedule = '{}'"),
    ("texts", "UPDATE automation SET definition = '{}'"),
    ("counts", "UPDATE tally SET count = count + 1 WHERE about = 1"),
    ("counts", "UPDATE tally SET count = count + 1 WHERE about = 2 AND width = 86400000000"),
    ("counts", "UPDATE tally SET count = count + 1 WHERE about = 3 AND width = 3600000000"),
    ("counts", "UPDATE tally SET count = count + 1 WHERE about = 4 AND width = 10000000"),
    ("counts", "UPDATE tally SET waiting = waiting + 1 WHERE about = 4 AND width = 60000000"),
    ("counts", "UPDATE tally SET run_time = run_time + 1 WHERE about = 5 AND width = 300000000"),
    ("counts", "DELETE FROM tally WHERE about = 3"),
    ("counts", "UPDATE tally SET count = count + 1 WHERE about = 6 AND width = 10000000"),
    ("counts", "UPDATE flow_run_count SET count = count - 1"),
    ("counts", "UPDATE flow_run_count SET lateness = lateness + 1"),
    ("counts", "DELETE FROM flow_run_count"),
];

#[test]
fn what_is_broken_is_found_sqlite() {
    let home = Home::sqlite();
    let file = home.path().join("milliways.db");
    fill_and_end(&home);
    let whole = std::fs::read(&file).unwrap();
    for (name, statement) in BREAKS {
        std::fs::write(&file, &whole).unwrap();
        let database = rusqlite::Connection::open(&file).unwrap();
        // The database itself would keep some of it from being broken.
        database.pragma_update(None, "foreign_keys", false).unwrap();
        let changed = database.execute(statement, []).unwrap();
        drop(database);
        is_found(&home, name, statement, changed);
    }
}

#[test]
fn what_is_broken_is_found_postgres() {
    let home = Home::postgres();
    fill_and_end(&home);
    let database = home.database.as_ref().unwrap();
    // What is broken is made whole again from copies.
    let tables: BTreeSet<&str> = BREAKS
        .iter()
        .map(|(_, statement)| table(statement))
        .collect();
    let copy = |table: &&str| format!("CREATE TABLE whole.{table} AS TABLE {table};");
    let copies: String = tables.iter().map(copy).collect();
    database.execute(&format!("CREATE SCHEMA whole; {copies}"));
    for (name, statement) in BREAKS {
        // The database itself would keep some of it from being broken.
        let unguarded = "SET session_replication_role = replica";
        let changed = database.execute(&format!("{unguarded}; {statement}"));
        is_found(&home, name, statement, changed);
        let table = table(statement);
        database.execute(&format!(
            "{unguarded}; DELETE FROM {table}; INSERT INTO {table} SELECT * FROM whole.{table}"
        ));
    }
    assert_eq!(broken(&doctor(&home)), [""; 0]);
}

/// The table that a statement changes.
fn table(statement: &str) -> &str {
    let mut words = statement.split_whitespace();
    let mut next = || words.next().unwrap();
    match next() {
        "UPDATE" => next(),
        _ => [next(), next()][1],
    }
}

/// A home whose server has written something of everything, and has ended; with nothing broken.
fn fill_and_end(home: &Home) {
    let mut server = home.start();
    fill(&mut server.connect());
    server.signal("TERM");
    assert!(server.wait().success());
    let report = doctor(home);
    let words = String::from_utf8_lossy(&report.stdout);
    assert_eq!(broken(&report), Vec::<String>::new(), "{words}");
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    let names = report["invariants"].as_array().unwrap().iter();
    let untested: Vec<&str> = names
        .map(|one| one["name"].as_str().unwrap())
        .filter(|name| *name != "storage" && !BREAKS.iter().any(|(known, _)| known == name))
        .collect();
    assert_eq!(untested, [""; 0], "each invariant is broken once");
}

fn is_found(home: &Home, name: &str, statement: &str, changed: usize) {
    assert!(changed > 0, "nothing is there for {statement}");
    let after = doctor(home);
    assert_eq!(after.status.code(), Some(1), "{statement}");
    let names = broken(&after);
    assert!(
        names.iter().any(|one| one == name),
        "{statement}: {names:?}"
    );
    let report: Value = serde_json::from_slice(&after.stdout).unwrap();
    let mut all = report["invariants"].as_array().unwrap().iter();
    let told = all.find(|one| one["name"] == name).unwrap();
    let next = told["next"].as_str().unwrap();
    assert!(!next.is_empty() && !told["broken"].as_array().unwrap().is_empty());
}

#[test]
fn counts_that_are_wrong_are_counted_anew() {
    let home = Home::sqlite();
    fill_and_end(&home);
    let database = rusqlite::Connection::open(home.path().join("milliways.db")).unwrap();
    database
        .execute("UPDATE tally SET count = count + 1", [])
        .unwrap();
    drop(database);
    assert_eq!(broken(&doctor(&home)), ["counts"]);
    let plain = home.run("server doctor");
    let plain = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert!(plain.starts_with("broken: counts: "), "{plain}");
    assert!(plain.contains("doctor --recount"), "{plain}");
    assert_eq!(
        broken(&home.run("server doctor --recount --output json")),
        [""; 0]
    );
    assert_eq!(broken(&doctor(&home)), [""; 0]);
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
    assert!(invariants.len() > 50);
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
    let state_of = |kind: &str| json!({"state": {"type": kind}});
    // Flow runs, one of them with a journal; task runs, one with a result that is kept and one that waits.
    let run = post(
        "/flow_runs/",
        json!({"flow_id": flow, "state": {"type": "PENDING"}}),
    );
    let run = run["id"].as_str().unwrap().to_owned();
    post(
        &format!("/flow_runs/{run}/input"),
        json!({"key": "k", "value": "1"}),
    );
    post(&format!("/flow_runs/{run}/set_state"), state_of("RUNNING"));
    let task = post(
        "/task_runs/",
        json!({"flow_run_id": run, "task_key": "t", "dynamic_key": "1", "name": "t-1", "tags": ["few"],
            "state": {"type": "RUNNING"}}),
    );
    let cached = json!({"type": "COMPLETED", "state_details": {"cache_key": "k"},
        "data": {"type": "reference", "storage_key": "k"}});
    let task = task["id"].as_str().unwrap();
    post(
        &format!("/task_runs/{task}/set_state"),
        json!({"state": cached}),
    );
    post(
        &format!("/flow_runs/{run}/set_state"),
        state_of("COMPLETED"),
    );
    post(
        "/task_runs/",
        json!({"task_key": "t", "dynamic_key": "2", "name": "t-2",
            "state": {"type": "SCHEDULED", "state_details": {"deferred": true}}}),
    );
    let made = post(
        "/flow_runs/",
        json!({"flow_id": flow, "state": {"type": "PENDING"}}),
    );
    let journal = json!({"epoch": 1, "first_seq": 1, "records": [
        {"flow_run_states": [state("RUNNING"), state("COMPLETED")]},
        {"log": {"name": "n", "level": 20, "message": "m", "timestamp": now(), "flow_run_id": made["id"]}},
    ]});
    post(
        &format!("/flow_runs/{}/journal", made["id"].as_str().unwrap()),
        journal,
    );
    let event = json!({"id": milliways_model::uuid7_now().to_string(), "occurred": now(), "event": "happened",
        "resource": {"prefect.resource.id": "r"}});
    post("/events", json!([event]));
    // A deployment in a pool, with a limit and a schedule, and work that is handed out.
    post(
        "/work_pools/",
        json!({"name": "pool", "type": "process", "concurrency_limit": 3}),
    );
    post("/work_pools/pool/queues", json!({"name": "q"}));
    let deployment = post(
        "/deployments/",
        json!({"name": "d", "flow_id": flow, "work_pool_name": "pool", "concurrency_limit": 1,
            "schedules": [{"schedule": {"interval": 3600}, "active": true}]}),
    );
    let deployment = deployment["id"].as_str().unwrap();
    post(
        &format!("/deployments/{deployment}/schedule"),
        json!({"min_runs": 2}),
    );
    post(
        &format!("/deployments/{deployment}/create_flow_run"),
        state_of("SCHEDULED"),
    );
    post("/work_pools/pool/get_scheduled_flow_runs", json!({}));
    post(
        "/automations/",
        json!({"name": "a", "trigger": {"type": "event", "posture": "Reactive", "threshold": 1, "within": 0.0},
            "actions": [{"type": "run-deployment", "source": "selected", "deployment_id": deployment}]}),
    );
    // Limits whose slots are taken, with a lease and without.
    post(
        "/v2/concurrency_limits/",
        json!({"name": "few", "limit": 2}),
    );
    let take = json!({"names": ["few"], "slots": 1, "lease_duration": 300});
    post("/v2/concurrency_limits/increment-with-lease", take.clone());
    post("/v2/concurrency_limits/increment", take);
    // Two blocks, one of which stands for a value of the other; artifacts of a key; a variable.
    let kind = post("/block_types/", json!({"name": "kind", "slug": "kind"}))["id"].clone();
    let fields = json!({"title": "kind", "type": "object", "properties": {}});
    let schema = post(
        "/block_schemas/",
        json!({"block_type_id": kind, "fields": fields}),
    )["id"]
        .clone();
    let mut block = |name: &str, data: Value| {
        let body =
            json!({"name": name, "data": data, "block_schema_id": schema, "block_type_id": kind});
        post("/block_documents/", body)["id"].clone()
    };
    let child = block("child", json!({"x": 1}));
    block(
        "parent",
        json!({"child": {"$ref": {"block_document_id": child}}}),
    );
    for data in ["one", "two"] {
        post(
            "/artifacts/",
            json!({"key": "k", "type": "markdown", "data": data}),
        );
    }
    post("/variables/", json!({"name": "v", "value": 1}));
}

fn now() -> Value {
    json!(milliways_model::time::Clock::now(
        &milliways_model::time::SystemClock
    ))
}

fn state(kind: &str) -> Value {
    let id = milliways_model::uuid7_now().to_string();
    let name = format!("{}{}", &kind[..1], kind[1..].to_lowercase());
    json!({"id": id, "type": kind, "name": name, "timestamp": now()})
}
