//! Ids of another workspace: wherever they are named, it is as if there were nothing of that id.

use milliways_tests::http::Connection;
use milliways_tests::process::Home;
use serde_json::{Value, json};

use super::Target;

/// Another workspace, as a path and as its row.
const OTHER: &str = "/api/accounts/acme/workspaces/one";
const COLUMNS: &str = "INSERT INTO workspace (id, account, name, created) VALUES";

#[test]
fn nothing_crosses_workspaces_sqlite() {
    let home = Home::sqlite();
    migrate(&home);
    let database = rusqlite::Connection::open(home.path().join("milliways.db")).unwrap();
    let row = format!("{COLUMNS} (X'018f0000000070008000000000000001', 'acme', 'one', 0)");
    database.execute(&row, []).unwrap();
    drop(database);
    nothing_crosses_workspaces(&Target::on(home));
}

#[test]
fn nothing_crosses_workspaces_postgres() {
    let home = Home::postgres();
    migrate(&home);
    let database = home.database.as_ref().unwrap();
    database.execute(&format!(
        "{COLUMNS} ('018f0000-0000-7000-8000-000000000001', 'acme', 'one', 0)"
    ));
    nothing_crosses_workspaces(&Target::on(home));
}

/// A server has made the tables, and has ended.
fn migrate(home: &Home) {
    let mut server = home.start();
    server.signal("TERM");
    assert!(server.wait().success());
}

/// Asks for something in a workspace; gives the status and the answer.
fn ask(server: &mut Connection, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let bytes = match body {
        Value::Null => Vec::new(),
        body => body.to_string().into_bytes(),
    };
    let reply = server.send(method, path, &[], &bytes).unwrap();
    assert!(reply.status < 500, "{method} {path}: {}", reply.text());
    (reply.status, reply.json())
}

/// Makes something in the default workspace; gives its id.
fn make(server: &mut Connection, path: &str, body: &Value) -> String {
    let (status, made) = ask(server, "POST", &format!("/api{path}"), body);
    assert!(status < 300, "{path}: {made}");
    made["id"].as_str().unwrap().to_owned()
}

fn nothing_crosses_workspaces(target: &Target) {
    let mut server = target.connect();
    let server = &mut server;
    let flow = make(server, "/flows/", &json!({"name": "etl"}));
    let run = make(
        server,
        "/flow_runs/",
        &json!({"flow_id": flow, "state": {"type": "RUNNING"}}),
    );
    let task = json!({"flow_run_id": run, "task_key": "t", "dynamic_key": "1"});
    let task = make(server, "/task_runs/", &task);
    let pool = make(
        server,
        "/work_pools/",
        &json!({"name": "pool", "type": "process"}),
    );
    let queue = make(server, "/work_pools/pool/queues", &json!({"name": "q"}));
    let body = json!({"name": "d", "flow_id": flow, "work_pool_name": "pool"});
    let deployment = make(server, "/deployments/", &body);
    let limit = make(
        server,
        "/v2/concurrency_limits/",
        &json!({"name": "few", "limit": 1}),
    );
    let tag = make(
        server,
        "/concurrency_limits/",
        &json!({"tag": "t", "concurrency_limit": 1}),
    );
    let variable = make(server, "/variables/", &json!({"name": "v", "value": 1}));
    let artifact = make(
        server,
        "/artifacts/",
        &json!({"key": "k", "type": "markdown", "data": "x"}),
    );
    let kind = make(
        server,
        "/block_types/",
        &json!({"name": "kind", "slug": "kind"}),
    );
    let fields = json!({"title": "kind", "type": "object", "properties": {}});
    let schema = make(
        server,
        "/block_schemas/",
        &json!({"block_type_id": kind, "fields": fields}),
    );
    let block =
        json!({"name": "b", "data": {"x": 1}, "block_schema_id": schema, "block_type_id": kind});
    let block = make(server, "/block_documents/", &block);
    let trigger = json!({"type": "event", "posture": "Reactive", "threshold": 1, "within": 0.0});
    let automation = json!({"name": "a", "trigger": trigger, "actions": [{"type": "do-nothing"}]});
    let automation = make(server, "/automations/", &automation);
    let mut search = json!({"name": "s", "filters": []});
    let (_, made) = ask(server, "PUT", "/api/saved_searches/", &search);
    search = made["id"].clone();
    let search = search.as_str().unwrap();

    // Read, changed, deleted by an id or a name in the path.
    let running = json!({"state": {"type": "COMPLETED"}});
    let one = json!({"name": "x"});
    let journal = json!({"epoch": 1, "first_seq": 1, "records": [{"flow_run_name": "x"}]});
    let input = json!({"key": "k", "value": "1"});
    for (method, path, body) in [
        ("GET", format!("/flows/{flow}"), Value::Null),
        ("GET", "/flows/name/etl".to_owned(), Value::Null),
        ("PATCH", format!("/flows/{flow}"), json!({"tags": ["x"]})),
        ("DELETE", format!("/flows/{flow}"), Value::Null),
        ("GET", format!("/flow_runs/{run}"), Value::Null),
        ("PATCH", format!("/flow_runs/{run}"), one.clone()),
        (
            "PATCH",
            format!("/flow_runs/{run}/labels"),
            json!({"x": "y"}),
        ),
        (
            "POST",
            format!("/flow_runs/{run}/set_state"),
            running.clone(),
        ),
        ("POST", format!("/flow_runs/{run}/journal"), journal),
        ("POST", format!("/flow_runs/{run}/attempts"), json!({})),
        ("POST", format!("/flow_runs/{run}/input"), input),
        ("GET", format!("/flow_runs/{run}/graph-v2"), Value::Null),
        (
            "GET",
            format!("/flow_runs/{run}/logs/download"),
            Value::Null,
        ),
        ("DELETE", format!("/flow_runs/{run}"), Value::Null),
        ("GET", format!("/task_runs/{task}"), Value::Null),
        ("PATCH", format!("/task_runs/{task}"), one.clone()),
        ("POST", format!("/task_runs/{task}/set_state"), running),
        ("DELETE", format!("/task_runs/{task}"), Value::Null),
        ("GET", format!("/deployments/{deployment}"), Value::Null),
        (
            "PATCH",
            format!("/deployments/{deployment}"),
            json!({"paused": true}),
        ),
        (
            "POST",
            format!("/deployments/{deployment}/create_flow_run"),
            json!({}),
        ),
        (
            "POST",
            format!("/deployments/{deployment}/pause_deployment"),
            json!({}),
        ),
        ("DELETE", format!("/deployments/{deployment}"), Value::Null),
        ("GET", "/work_pools/pool".to_owned(), Value::Null),
        (
            "PATCH",
            "/work_pools/pool".to_owned(),
            json!({"is_paused": true}),
        ),
        ("POST", "/work_pools/pool/queues".to_owned(), one.clone()),
        ("GET", format!("/work_queues/{queue}"), Value::Null),
        ("DELETE", format!("/work_queues/{queue}"), Value::Null),
        ("DELETE", "/work_pools/pool".to_owned(), Value::Null),
        (
            "GET",
            format!("/v2/concurrency_limits/{limit}"),
            Value::Null,
        ),
        (
            "PATCH",
            format!("/v2/concurrency_limits/{limit}"),
            json!({"limit": 7}),
        ),
        (
            "DELETE",
            "/v2/concurrency_limits/few".to_owned(),
            Value::Null,
        ),
        ("GET", format!("/concurrency_limits/{tag}"), Value::Null),
        (
            "DELETE",
            "/concurrency_limits/tag/t".to_owned(),
            Value::Null,
        ),
        ("GET", format!("/variables/{variable}"), Value::Null),
        ("PATCH", "/variables/name/v".to_owned(), json!({"value": 2})),
        ("DELETE", format!("/variables/{variable}"), Value::Null),
        ("GET", format!("/artifacts/{artifact}"), Value::Null),
        ("GET", "/artifacts/k/latest".to_owned(), Value::Null),
        ("DELETE", format!("/artifacts/{artifact}"), Value::Null),
        ("GET", format!("/block_types/{kind}"), Value::Null),
        ("DELETE", format!("/block_types/{kind}"), Value::Null),
        ("GET", format!("/block_schemas/{schema}"), Value::Null),
        ("DELETE", format!("/block_schemas/{schema}"), Value::Null),
        (
            "GET",
            format!("/block_documents/{block}?include_secrets=true"),
            Value::Null,
        ),
        (
            "PATCH",
            format!("/block_documents/{block}"),
            json!({"data": {"x": 2}}),
        ),
        ("DELETE", format!("/block_documents/{block}"), Value::Null),
        ("GET", format!("/automations/{automation}"), Value::Null),
        (
            "PATCH",
            format!("/automations/{automation}"),
            json!({"enabled": false}),
        ),
        ("DELETE", format!("/automations/{automation}"), Value::Null),
        ("GET", format!("/saved_searches/{search}"), Value::Null),
        ("DELETE", format!("/saved_searches/{search}"), Value::Null),
    ] {
        let (status, told) = ask(server, method, &format!("{OTHER}{path}"), &body);
        assert_eq!(status, 404, "{method} {path}: {told}");
    }

    // Named in a body: as what something belongs to, or among others.
    let absent = "018f0000-0000-7000-8000-000000000000";
    for (path, body) in [
        ("/flow_runs/", json!({"flow_id": flow})),
        (
            "/task_runs/",
            json!({"flow_run_id": run, "task_key": "t", "dynamic_key": "2"}),
        ),
        ("/deployments/", json!({"name": "d", "flow_id": flow})),
        (
            "/block_schemas/",
            json!({"block_type_id": kind, "fields": fields}),
        ),
        (
            "/block_documents/",
            json!({"name": "b", "data": {}, "block_schema_id": schema, "block_type_id": kind}),
        ),
    ] {
        let (status, told) = ask(server, "POST", &format!("{OTHER}{path}"), &body);
        assert!((400..500).contains(&status), "{path}: {status} {told}");
        // It is told as what does not exist at all is.
        let unknown = [&flow, &run, &kind, &schema]
            .iter()
            .fold(body.to_string(), |text, id| {
                text.replace(id.as_str(), absent)
            });
        let unknown: Value = serde_json::from_str(&unknown).unwrap();
        let (same, _) = ask(server, "POST", &format!("{OTHER}{path}"), &unknown);
        assert_eq!(status, same, "{path}");
    }
    for (path, filter) in [
        ("/flows/filter", json!({"flows": {"id": {"any_": [flow]}}})),
        (
            "/flow_runs/filter",
            json!({"flow_runs": {"id": {"any_": [absent, run]}}}),
        ),
        (
            "/task_runs/filter",
            json!({"flow_runs": {"id": {"any_": [run]}}}),
        ),
        (
            "/deployments/filter",
            json!({"deployments": {"id": {"any_": [deployment]}}}),
        ),
        (
            "/work_pools/filter",
            json!({"work_pools": {"id": {"any_": [pool]}}}),
        ),
        (
            "/artifacts/filter",
            json!({"artifacts": {"id": {"any_": [artifact]}}}),
        ),
        (
            "/variables/filter",
            json!({"variables": {"id": {"any_": [variable]}}}),
        ),
        (
            "/block_documents/filter",
            json!({"block_documents": {"id": {"any_": [block]}}}),
        ),
        (
            "/logs/filter",
            json!({"logs": {"flow_run_id": {"any_": [run]}}}),
        ),
        (
            "/flow_runs/bulk_delete",
            json!({"flow_runs": {"id": {"any_": [run]}}}),
        ),
        (
            "/flow_runs/bulk_set_state",
            json!({"flow_runs": {"id": {"any_": [run]}}, "state": {"type": "FAILED"}, "force": true}),
        ),
        (
            "/deployments/bulk_delete",
            json!({"deployments": {"id": {"any_": [deployment]}}}),
        ),
        (
            "/flows/bulk_delete",
            json!({"flows": {"id": {"any_": [flow]}}}),
        ),
        (
            "/deployments/get_scheduled_flow_runs",
            json!({"deployment_ids": [deployment]}),
        ),
    ] {
        let (status, found) = ask(server, "POST", &format!("{OTHER}{path}"), &filter);
        assert_eq!(status, 200, "{path}: {found}");
        let list = found
            .as_object()
            .map_or(&found, |object| object.values().next().unwrap());
        assert_eq!(*list, json!([]), "{path}");
    }
    // A line that names the run among fifty of one's own stays where it was written.
    let now = milliways_model::time::Clock::now(&milliways_model::time::SystemClock);
    let line = |number: usize| {
        let of = if number == 37 { run.as_str() } else { absent };
        json!({"name": "n", "level": 20, "message": "m", "timestamp": now, "flow_run_id": of})
    };
    let lines: Vec<Value> = (0..50).map(line).collect();
    assert_eq!(
        ask(server, "POST", &format!("{OTHER}/logs/"), &json!(lines)).0,
        201
    );
    let of_run = json!({"logs": {"flow_run_id": {"any_": [run]}}});
    let (_, own) = ask(server, "POST", "/api/logs/filter", &of_run);
    assert_eq!(own, json!([]));

    // All of it is there as before.
    let (_, kept) = ask(
        server,
        "GET",
        &format!("/api/flow_runs/{run}"),
        &Value::Null,
    );
    assert_eq!(
        (&kept["state_type"], &kept["labels"]["x"]),
        (&json!("RUNNING"), &Value::Null)
    );
    for path in [
        format!("/flows/{flow}"),
        format!("/task_runs/{task}"),
        "/work_pools/pool".to_owned(),
        format!("/block_types/{kind}"),
        format!("/block_schemas/{schema}"),
        format!("/deployments/{deployment}"),
        format!("/work_queues/{queue}"),
        format!("/v2/concurrency_limits/{limit}"),
        format!("/concurrency_limits/{tag}"),
        format!("/variables/{variable}"),
        format!("/artifacts/{artifact}"),
        format!("/block_documents/{block}"),
        format!("/automations/{automation}"),
        format!("/saved_searches/{search}"),
    ] {
        assert_eq!(
            ask(server, "GET", &format!("/api{path}"), &Value::Null).0,
            200,
            "{path}"
        );
    }
    target.is_unharmed();
}
