//! Concurrency limits, and background tasks, as Prefect's clients use them.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::kit::{TestServer, WebSocket};

#[tokio::test]
async fn a_full_limit_says_when_to_ask_again() {
    let server = TestServer::plain().await;
    let root = "/api/v2/concurrency_limits";
    let create = json!({"name": "db", "limit": 1});
    assert_eq!(server.post(&format!("{root}/"), &create).await.status, 201);
    assert_eq!(server.post(&format!("{root}/"), &create).await.status, 409);
    let ask = json!({"names": ["db", "unknown"], "slots": 1});
    let path = format!("{root}/increment-with-lease");
    let held = server.post(&path, &ask).await;
    assert_eq!(held.status, 200);
    assert_eq!(held.body["limits"][0]["name"], "db");
    let full = server.post(&path, &ask).await;
    assert_eq!((full.status, &full.body["detail"]), (423, &json!("Locked")));
    let wait: f64 = full.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(wait > 0.0);
    let lease = held.body["lease_id"].as_str().unwrap();
    let renew = format!("{root}/leases/{lease}/renew");
    assert_eq!(
        server
            .post(&renew, &json!({"lease_duration": 60}))
            .await
            .status,
        204
    );
    for _ in 0..2 {
        let end = json!({"lease_id": lease});
        let path = format!("{root}/decrement-with-lease");
        assert_eq!(server.post(&path, &end).await.status, 204);
    }
    assert_eq!(server.post(&renew, &json!({})).await.status, 410);
    assert_eq!(
        server.get(&format!("{root}/db")).await.body["active_slots"],
        0
    );
    let path = format!("{root}/db");
    let deleted = [
        server.send("DELETE", &path, &[], "").await.status,
        server.send("DELETE", &path, &[], "").await.status,
    ];
    assert_eq!(deleted, [204, 404]);
    server.stop().await;
}

#[tokio::test]
async fn a_tag_that_is_closed_has_no_time_to_ask_again() {
    let server = TestServer::plain().await;
    let root = "/api/concurrency_limits";
    let create = |slots| json!({"tag": "etl", "concurrency_limit": slots});
    assert_eq!(
        server.post(&format!("{root}/"), &create(1)).await.status,
        201
    );
    let ask = json!({"names": ["etl"], "task_run_id": "00000000-0000-0000-0000-000000000001"});
    let path = format!("{root}/increment");
    assert_eq!(server.post(&path, &ask).await.body[0]["name"], "etl");
    let full = server.post(&path, &ask).await;
    assert_eq!(full.status, 423);
    assert_eq!(
        full.body["detail"],
        "Concurrency limit for the etl tag has been reached"
    );
    assert_eq!(full.headers["retry-after"], "10");
    assert_eq!(
        server.post(&format!("{root}/"), &create(0)).await.status,
        200
    );
    let closed = server.post(&path, &ask).await;
    assert_eq!(closed.status, 423);
    assert!(!closed.headers.contains_key("retry-after"));
    let deleted = server
        .send("DELETE", &format!("{root}/tag/etl"), &[], "")
        .await;
    assert_eq!((deleted.status, deleted.body), (200, Value::Null));
    server.stop().await;
}

#[tokio::test]
async fn wrong_requests_for_slots_say_what_is_wrong() {
    let server = TestServer::plain().await;
    let root = "/api/v2/concurrency_limits";
    server
        .post(&format!("{root}/"), &json!({"name": "db", "limit": 1}))
        .await;
    for (path, body, status, kind) in [
        (
            "/",
            json!({"name": "a/b", "limit": 1}),
            422,
            "string_pattern_mismatch",
        ),
        (
            "/",
            json!({"name": "a", "limit": -1}),
            422,
            "greater_than_equal",
        ),
        (
            "/",
            json!({"name": "a", "limit": 1, "slot_decay_per_second": -0.5}),
            422,
            "greater_than_equal",
        ),
        (
            "/",
            json!({"name": "a", "limit": 1, "colour": 1}),
            422,
            "extra_forbidden",
        ),
        (
            "/increment",
            json!({"names": ["db"], "slots": 0}),
            422,
            "greater_than",
        ),
        (
            "/increment",
            json!({"names": [], "slots": 1}),
            422,
            "too_short",
        ),
        (
            "/increment",
            json!({"names": ["db"], "slots": 1, "mode": "x"}),
            422,
            "enum",
        ),
        (
            "/increment",
            json!({"names": ["db"], "slots": 9_223_372_036_854_775_807_i64}),
            422,
            "less_than_equal",
        ),
        (
            "/increment-with-lease",
            json!({"names": ["db"], "slots": 1, "lease_duration": 59}),
            422,
            "greater_than_equal",
        ),
        (
            "/increment-with-lease",
            json!({"names": ["db"], "slots": 1, "lease_duration": 86401}),
            422,
            "less_than_equal",
        ),
        (
            "/increment-with-lease",
            json!({"names": ["db"], "slots": 1, "holder": {"type": "x", "id": "y"}}),
            422,
            "enum",
        ),
        (
            "/decrement",
            json!({"names": ["db"], "slots": -1}),
            422,
            "greater_than",
        ),
        ("/leases/nobody/renew", json!({}), 422, "uuid_parsing"),
    ] {
        let reply = server.post(&format!("{root}{path}"), &body).await;
        assert_eq!(reply.status, status, "{path} {body}");
        assert_eq!(
            reply.body["exception_detail"][0]["type"], kind,
            "{path} {body} {}",
            reply.body
        );
    }
    let too_many = server
        .post(
            &format!("{root}/increment"),
            &json!({"names": ["db"], "slots": 2}),
        )
        .await;
    assert_eq!(
        too_many.body["detail"],
        "Slots requested is greater than the limit"
    );
    server.stop().await;
}

async fn say(socket: &mut WebSocket, message: Value) {
    socket
        .send(Message::text(message.to_string()))
        .await
        .unwrap();
}

/// The next text as JSON, or the close frame's code and reason.
async fn hear(socket: &mut WebSocket) -> Value {
    loop {
        let next = tokio::time::timeout(Duration::from_secs(10), socket.next());
        match next.await.unwrap() {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
            Some(Ok(Message::Close(Some(frame)))) => {
                return json!([u16::from(frame.code), frame.reason.as_str()]);
            }
            Some(Ok(Message::Close(None)) | Err(_)) | None => return Value::Null,
            Some(Ok(_)) => {}
        }
    }
}

async fn connected(server: &TestServer) -> WebSocket {
    let mut socket = server
        .socket("/api/task_runs/subscriptions/scheduled")
        .await;
    say(&mut socket, json!({"type": "auth", "token": null})).await;
    hear(&mut socket).await;
    socket
}

async fn subscribed(server: &TestServer) -> WebSocket {
    let mut socket = connected(server).await;
    say(
        &mut socket,
        json!({"type": "subscribe", "keys": ["t"], "client_id": "here-1"}),
    )
    .await;
    socket
}

#[tokio::test]
async fn a_task_worker_gets_one_run_after_another() {
    let server = TestServer::plain().await;
    let deferred = json!({"type": "SCHEDULED", "state_details": {"deferred": true}});
    let run = async |key: &str| {
        let create = json!({"task_key": "t", "dynamic_key": key, "state": deferred});
        server.post("/api/task_runs/", &create).await.body["id"].clone()
    };
    let first = run("1").await;
    let mut lost = subscribed(&server).await;
    assert_eq!(hear(&mut lost).await["id"], first);
    let workers = server
        .post("/api/task_workers/filter", &json!({}))
        .await
        .body;
    assert_eq!(workers[0]["identifier"], "here-1");
    // It goes without a word: the run is somebody else's.
    drop(lost);
    let mut socket = subscribed(&server).await;
    assert_eq!(hear(&mut socket).await["id"], first);
    say(&mut socket, json!({"type": "ack"})).await;
    // One that comes while it waits.
    let second = run("2").await;
    assert_eq!(hear(&mut socket).await["id"], second);
    say(&mut socket, json!({"type": "what"})).await;
    assert_eq!(
        hear(&mut socket).await,
        json!([4001, "Protocol violation: expected 'ack' message"])
    );
    let mut socket = subscribed(&server).await;
    assert_eq!(hear(&mut socket).await["id"], second);
    say(&mut socket, json!({"type": "quit"})).await;
    assert_eq!(hear(&mut socket).await, json!([1000, ""]));
    server.stop().await;
}

#[tokio::test]
async fn a_task_worker_says_what_it_serves() {
    let server = TestServer::plain().await;
    for (message, expected) in [
        (json!({"type": "hello"}), "'subscribe' message"),
        (json!([1]), "'subscribe' message"),
        (
            json!({"type": "subscribe", "keys": []}),
            "'keys' in subscribe message",
        ),
        (
            json!({"type": "subscribe", "keys": [1]}),
            "'keys' in subscribe message",
        ),
        (
            json!({"type": "subscribe", "keys": ["t"]}),
            "'client_id' in subscribe message",
        ),
    ] {
        let mut socket = connected(&server).await;
        say(&mut socket, message).await;
        let reason = format!("Protocol violation: expected {expected}");
        assert_eq!(hear(&mut socket).await, json!([4001, reason]));
    }
    server.stop().await;
}
