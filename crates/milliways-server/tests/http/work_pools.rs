//! Work pools over HTTP: bad input, deletion under use, and the channel that a worker holds.

use serde_json::{Value, json};

use crate::kit::TestServer;
use crate::streams::{authenticated, hear, say};

const BAD_NAMES: &[&str] = &[
    "a\u{0}b",
    "a\nb",
    "a\u{202e}b",
    "",
    " ' \"",
    "../../etc",
    "a/b",
    "50%",
];

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let server = TestServer::plain().await;
    let long = "x".repeat(5_000);
    for name in BAD_NAMES.iter().copied().chain([long.as_str()]) {
        let pool = server
            .post(
                "/api/work_pools/",
                &json!({"name": name, "type": "process"}),
            )
            .await;
        assert_eq!(pool.status, 422, "{name:?}");
        let queue = server
            .post("/api/work_queues/", &json!({"name": name}))
            .await;
        let is_fine = name == " ' \"";
        assert_eq!(queue.status, if is_fine { 201 } else { 422 }, "{name:?}");
    }
    let pools = server.post("/api/work_pools/filter", &json!({})).await.body;
    let names: Vec<&Value> = pools
        .as_array()
        .unwrap()
        .iter()
        .map(|pool| &pool["name"])
        .collect();
    assert_eq!(names, ["default-agent-pool"]);
    for name in ["Prefect-x", "prefect"] {
        let reserved = server
            .post("/api/work_pools/", &json!({"name": name}))
            .await;
        assert_eq!(reserved.status, 403, "{name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn numbers_and_templates_that_are_none_are_refused() {
    let server = TestServer::plain().await;
    let made = server
        .post("/api/work_pools/", &json!({"name": "p", "type": "process"}))
        .await;
    assert_eq!(made.status, 201);
    let template = json!({"job_configuration": {"x": "{{ y }}"}, "variables": {"properties": {}}});
    let big = 9_223_372_036_854_775_808_u64;
    for (method, path, body) in [
        (
            "POST",
            "/api/work_pools/",
            json!({"name": "q", "concurrency_limit": -1}),
        ),
        (
            "POST",
            "/api/work_pools/",
            json!({"name": "q", "base_job_template": template}),
        ),
        ("POST", "/api/work_pools/", json!({"name": "q", "other": 1})),
        (
            "POST",
            "/api/work_pools/",
            json!({"name": "q", "storage_configuration": {"x": 1}}),
        ),
        (
            "PATCH",
            "/api/work_pools/p",
            json!({"concurrency_limit": big}),
        ),
        (
            "PATCH",
            "/api/work_pools/p",
            json!({"base_job_template": {"variables": {}}}),
        ),
        (
            "POST",
            "/api/work_pools/p/queues",
            json!({"name": "a", "priority": 0}),
        ),
        (
            "POST",
            "/api/work_pools/p/queues",
            json!({"name": "a", "priority": 1e300}),
        ),
        (
            "PATCH",
            "/api/work_pools/p/queues/default",
            json!({"priority": -3}),
        ),
        (
            "PATCH",
            "/api/work_pools/p/queues/default",
            json!({"name": "a/b"}),
        ),
        (
            "POST",
            "/api/work_pools/p/get_scheduled_flow_runs",
            json!({"limit": 1_000_000_000}),
        ),
        (
            "POST",
            "/api/work_pools/p/get_scheduled_flow_runs",
            json!({"limit": -1}),
        ),
        (
            "POST",
            "/api/work_pools/p/get_scheduled_flow_runs",
            json!({"work_queue_names": vec!["a"; 201]}),
        ),
        (
            "POST",
            "/api/work_pools/p/concurrency_status",
            json!({"page": 0}),
        ),
        (
            "POST",
            "/api/work_pools/p/concurrency_status",
            json!({"flow_run_limit": 201}),
        ),
        ("POST", "/api/work_pools/p/workers/heartbeat", json!({})),
        (
            "POST",
            "/api/work_pools/p/workers/heartbeat",
            json!({"name": "a\u{0}"}),
        ),
        (
            "POST",
            "/api/work_pools/p/workers/heartbeat",
            json!({"name": "a", "heartbeat_interval_seconds": -1}),
        ),
        ("POST", "/api/work_pools/filter", json!({"offset": -1})),
        ("POST", "/api/work_pools/filter", json!({"work_pools": []})),
    ] {
        let reply = server.send(method, path, &[], &body.to_string()).await;
        assert_eq!(reply.status, 422, "{method} {path} {body}: {}", reply.body);
    }
    // Two workers of one name are one; a whole float is an integer.
    for _ in 0..2 {
        let body = json!({"name": "w", "heartbeat_interval_seconds": 30.0});
        let path = "/api/work_pools/p/workers/heartbeat";
        assert_eq!(server.post(path, &body).await.status, 204);
    }
    let workers = server
        .post("/api/work_pools/p/workers/filter", &json!({}))
        .await
        .body;
    assert_eq!(workers.as_array().unwrap().len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn a_pool_that_is_deleted_twice_is_gone_the_second_time() {
    let server = TestServer::plain().await;
    server
        .post("/api/work_pools/", &json!({"name": "p", "type": "process"}))
        .await;
    let delete = || server.send("DELETE", "/api/work_pools/p", &[], "");
    let (first, second) = tokio::join!(delete(), delete());
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404]);
    for (path, body) in [
        ("/api/work_pools/p/get_scheduled_flow_runs", json!({})),
        ("/api/work_pools/p/workers/heartbeat", json!({"name": "w"})),
        ("/api/work_pools/p/queues/filter", json!({})),
    ] {
        let reply = server.post(path, &body).await;
        assert_eq!(reply.status, 404, "{path}");
        assert_eq!(reply.body["detail"], "Work pool \"p\" not found.", "{path}");
    }
    server.stop().await;
}

fn hello() -> Value {
    json!({"type": "worker.hello.v1", "id": "018f0000-0000-7000-8000-000000000001", "sent_at": "2026-11-21T04:12:32Z",
        "payload": {"consumer_id": "018f0000-0000-7000-8000-000000000002", "worker_name": "w", "worker_type": "process",
            "heartbeat_interval_seconds": 30, "supported_channel_versions": ["work_pool_worker_channel.v1"],
            "requested_capabilities": ["worker_heartbeat.v1", "work_pool_snapshot.v1", "cleanup_delivery.v1", "more.v9"],
            "handled_cleanup_kinds": ["cancelling_timeout_teardown.v1"]}})
}

const CHANNEL: &str = "/api/work_pools/p/workers/connect";

#[tokio::test]
async fn a_worker_holds_a_channel_and_is_told_its_pool() {
    let server = TestServer::plain().await;
    server
        .post("/api/work_pools/", &json!({"name": "p", "type": "process"}))
        .await;
    let mut socket = authenticated(&server, CHANNEL).await;
    say(&mut socket, &hello()).await;
    let ready = hear(&mut socket).await;
    assert_eq!(ready["type"], "worker.ready.v1", "{ready}");
    let payload = &ready["payload"];
    assert_eq!(payload["rejected_capabilities"], json!(["more.v9"]));
    assert_eq!(payload["effective_max_cleanup_concurrency"], 1);
    assert_eq!(payload["initial_snapshot"]["work_pool"]["status"], "READY");
    assert_eq!(payload["resolved_work_queues"][0]["name"], "default");
    // A change that follows a heartbeat is told by what it is.
    let heartbeat = json!({"type": "worker.heartbeat.v1", "id": "018f0000-0000-7000-8000-000000000005",
        "sent_at": "2026-11-21T04:12:32Z", "payload": {"consumer_id": "018f0000-0000-7000-8000-000000000002",
            "worker_name": "w", "heartbeat_interval_seconds": 30}});
    say(&mut socket, &heartbeat).await;
    let pause = json!({"is_paused": true}).to_string();
    server.send("PATCH", "/api/work_pools/p", &[], &pause).await;
    let snapshot = hear(&mut socket).await;
    assert_eq!(snapshot["payload"]["reason"], "work_pool_updated");
    assert_eq!(snapshot["type"], "work_pool.snapshot.v1", "{snapshot}");
    assert_eq!(snapshot["payload"]["snapshot_sequence"], 2);
    assert_eq!(snapshot["payload"]["work_pool"]["is_paused"], true);
    let ack = json!({"type": "cleanup.ack.v1", "id": "018f0000-0000-7000-8000-000000000003",
        "sent_at": "2026-11-21T04:12:32Z", "payload": {"message_id": "018f0000-0000-7000-8000-000000000004",
            "reservation_token": "x"}});
    say(&mut socket, &ack).await;
    let result = hear(&mut socket).await;
    assert_eq!(result["payload"]["status"], "not_found", "{result}");
    server.send("DELETE", "/api/work_pools/p", &[], "").await;
    assert_eq!(
        hear(&mut socket).await,
        json!([1008, "authorization_failed"])
    );
    server.stop().await;
}

#[tokio::test]
async fn a_channel_that_begins_wrong_is_closed_with_the_reason() {
    let server = TestServer::plain().await;
    let mut unknown_version = hello();
    unknown_version["payload"]["supported_channel_versions"] = json!(["v0"]);
    let mut too_little = hello();
    too_little["payload"]["requested_capabilities"] = json!(["worker_heartbeat.v1"]);
    let mut unknown_key = hello();
    unknown_key["payload"]["x"] = json!(1);
    for (first, close) in [
        (hello(), json!([1008, "authorization_failed"])),
        (unknown_version, json!([1008, "unsupported_version"])),
        (too_little, json!([1002, "protocol_error"])),
        (unknown_key, json!([1002, "protocol_error"])),
        (
            json!({"type": "worker.heartbeat.v1"}),
            json!([1002, "protocol_error"]),
        ),
    ] {
        let mut socket = authenticated(&server, CHANNEL).await;
        say(&mut socket, &first).await;
        assert_eq!(hear(&mut socket).await, close, "{first}");
    }
    server.stop().await;
}
