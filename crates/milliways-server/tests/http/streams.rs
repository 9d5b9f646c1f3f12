//! WebSockets as Prefect's clients use them.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use milliways_server::Streams;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::kit::{TestServer, WebSocket};

pub(crate) async fn say(socket: &mut WebSocket, message: &Value) {
    socket
        .send(Message::text(message.to_string()))
        .await
        .unwrap();
}

/// The next text as JSON, or the close frame's code and reason.
pub(crate) async fn hear(socket: &mut WebSocket) -> Value {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(10), socket.next())
            .await
            .unwrap();
        match message {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
            Some(Ok(Message::Close(Some(frame)))) => {
                return json!([u16::from(frame.code), frame.reason.as_str()]);
            }
            Some(Ok(Message::Close(None)) | Err(_)) | None => return Value::Null,
            Some(Ok(_)) => {}
        }
    }
}

pub(crate) async fn authenticated(server: &TestServer, path: &str) -> WebSocket {
    let mut socket = server.socket(path).await;
    say(&mut socket, &json!({"type": "auth", "token": null})).await;
    assert_eq!(hear(&mut socket).await, json!({"type": "auth_success"}));
    socket
}

fn event(number: usize) -> Value {
    json!({"id": format!("018f0000-0000-7000-8000-00000000{number:04}"), "event": "test.happened",
        "occurred": milliways_model::time::Clock::now(&milliways_model::time::SystemClock),
        "resource": {"prefect.resource.id": format!("test.{number}")}})
}

async fn stored(server: &TestServer) -> i64 {
    let filter = json!({"filter": {"event": {"prefix": ["test."]}}});
    server.post("/api/events/filter", &filter).await.body["total"]
        .as_i64()
        .unwrap()
}

#[tokio::test]
async fn a_pong_says_that_events_are_stored_and_repeats_are_dropped() {
    let server = TestServer::plain().await;
    let mut socket = authenticated(&server, "/api/events/in").await;
    for round in 0..2 {
        for number in 0..100 {
            say(&mut socket, &event(number)).await;
        }
        socket.send(Message::Ping("x".into())).await.unwrap();
        let answer = socket.next().await.unwrap().unwrap();
        assert!(matches!(answer, Message::Pong(_)), "{answer:?}");
        assert_eq!(stored(&server).await, 100, "round {round}");
    }
    say(&mut socket, &json!({"event": "no event"})).await;
    let close = hear(&mut socket).await;
    assert_eq!(close[0], 1007, "{close}");
    server.stop().await;
}

#[tokio::test]
async fn events_come_once_stored_ones_first() {
    let server = TestServer::plain().await;
    let old: Vec<Value> = (0..300).map(event).collect();
    assert_eq!(server.post("/api/events", &json!(old)).await.status, 204);
    let mut socket = authenticated(&server, "/api/events/out").await;
    say(
        &mut socket,
        &json!({"type": "filter", "filter": {"event": {"prefix": ["test."]}}}),
    )
    .await;
    // More arrive while the stored ones are sent.
    let live: Vec<Value> = (300..600).map(event).collect();
    for part in live.chunks(20) {
        assert_eq!(server.post("/api/events", &json!(part)).await.status, 204);
    }
    let mut seen = Vec::new();
    while seen.len() < 600 {
        let frame = hear(&mut socket).await;
        assert_eq!(frame["type"], "event", "{frame}");
        seen.push(
            frame["event"]["resource"]["prefect.resource.id"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    let distinct: HashSet<_> = seen.iter().collect();
    assert_eq!(distinct.len(), 600);
    assert_eq!(seen[0], "test.0");
    // Nothing comes twice afterwards.
    assert_eq!(
        server
            .post("/api/events", &json!([event(601)]))
            .await
            .status,
        204
    );
    assert_eq!(
        hear(&mut socket).await["event"]["resource"]["prefect.resource.id"],
        "test.601"
    );
    server.stop().await;
}

#[tokio::test]
async fn subscribers_get_what_they_asked_for_live() {
    let server = TestServer::plain().await;
    let run = server.flow_run().await;
    let mut states = authenticated(&server, "/api/events/out").await;
    let wanted = json!({"any_resource": {"id": [format!("prefect.flow-run.{run}")]}});
    say(
        &mut states,
        &json!({"type": "filter", "filter": wanted, "backfill": false}),
    )
    .await;
    let mut lines = authenticated(&server, "/api/logs/out").await;
    say(&mut lines, &json!({"type": "filter", "filter": {"flow_run_id": {"any_": [run]}, "level": {"ge_": 30}}})).await;
    // Both filters are in force once the hub tells of what comes now; it is sent until it is heard.
    let log = |level: i32, message: &str| json!([{"name": "x", "level": level, "message": message, "timestamp": "2026-01-01T00:00:00Z", "flow_run_id": run}]);
    let heard = tokio::spawn(async move {
        let line = hear(&mut lines).await;
        let state = hear(&mut states).await;
        (line, state)
    });
    let mut force = 0;
    while !heard.is_finished() {
        server.post("/api/logs/", &log(20, "quiet")).await;
        server.post("/api/logs/", &log(40, "loud")).await;
        let kind = if force % 2 == 0 { "RUNNING" } else { "PENDING" };
        let body = json!({"state": {"type": kind}, "force": true});
        server
            .post(&format!("/api/flow_runs/{run}/set_state"), &body)
            .await;
        force += 1;
        tokio::task::yield_now().await;
    }
    let (line, state) = heard.await.unwrap();
    assert_eq!(
        (&line["type"], &line["log"]["message"]),
        (&json!("log"), &json!("loud"))
    );
    assert_eq!(
        state["event"]["resource"]["prefect.resource.id"],
        json!(format!("prefect.flow-run.{run}"))
    );
    server.stop().await;
}

#[tokio::test]
async fn wrong_beginnings_are_told_why() {
    let server = TestServer::plain().await;
    let mut socket = server.socket("/api/events/out").await;
    say(&mut socket, &json!({"type": "filter", "filter": {}})).await;
    assert_eq!(
        hear(&mut socket).await,
        json!([1008, "Expected 'auth' message"])
    );
    let mut socket = authenticated(&server, "/api/events/out").await;
    say(&mut socket, &json!({"type": "hello"})).await;
    assert_eq!(
        hear(&mut socket).await,
        json!([1002, "Expected 'filter' message"])
    );
    let mut socket = authenticated(&server, "/api/logs/out").await;
    say(
        &mut socket,
        &json!({"type": "filter", "filter": {"levle": 1}}),
    )
    .await;
    let close = hear(&mut socket).await;
    assert!(
        close[0] == 1002 && close[1].as_str().unwrap().starts_with("Invalid filter: "),
        "{close}"
    );
    let mut socket = authenticated(&server, "/api/events/in").await;
    // The server closes while the rest is on its way: the reason may be lost with the connection.
    let _ = socket.send(Message::text("x".repeat(2 << 20))).await;
    let close = hear(&mut socket).await;
    assert!(close[0] == 1009 || close.is_null(), "{close}");
    server.stop().await;
}

#[tokio::test]
async fn tokens_are_checked_and_old_clients_need_headers() {
    let server = TestServer::start(|config, _| {
        config.auth_string = Some(milliways_settings::Secret::new("user:pass"));
    })
    .await;
    for (token, answer) in [
        (json!("user:pass"), json!({"type": "auth_success"})),
        (json!("user:wrong"), json!([1008, "Invalid token"])),
        (
            json!(null),
            json!([1008, "Auth required but no token provided"]),
        ),
    ] {
        let mut socket = server.socket("/api/events/in").await;
        say(&mut socket, &json!({"type": "auth", "token": token})).await;
        assert_eq!(hear(&mut socket).await, answer);
    }
    let url = format!("ws://{}/api/events/in", server.address);
    assert!(
        tokio_tungstenite::connect_async(url.as_str())
            .await
            .is_err()
    );
    let mut request = url.into_client_request().unwrap();
    request
        .headers_mut()
        .insert("authorization", "Basic dXNlcjpwYXNz".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    say(&mut socket, &event(1)).await;
    socket.send(Message::Ping("x".into())).await.unwrap();
    assert!(matches!(
        socket.next().await.unwrap().unwrap(),
        Message::Pong(_)
    ));
    server.stop().await;
}

#[tokio::test]
async fn without_a_stream_a_subscriber_is_told_of_the_past_only() {
    let server = TestServer::start(|config, _| {
        config.streams = Streams {
            events: false,
            logs: false,
        };
    })
    .await;
    let old = json!([event(1), event(2)]);
    assert_eq!(server.post("/api/events", &old).await.status, 204);
    let mut socket = authenticated(&server, "/api/events/out").await;
    let filter = json!({"type": "filter", "filter": {"event": {"prefix": ["test."]}}});
    say(&mut socket, &filter).await;
    for number in [1, 2] {
        let id = format!("test.{number}");
        let frame = hear(&mut socket).await;
        assert_eq!(frame["event"]["resource"]["prefect.resource.id"], id);
    }
    let mut lines = authenticated(&server, "/api/logs/out").await;
    say(&mut lines, &json!({"type": "filter", "filter": {}})).await;
    let new = server.post("/api/events", &json!([event(3)])).await;
    assert_eq!(new.status, 204);
    let heard = async { (hear(&mut socket).await, hear(&mut lines).await) };
    let (heard, ()) = tokio::join!(heard, server.stop());
    assert_eq!((&heard.0[0], &heard.1[0]), (&json!(1001), &json!(1001)));
}

#[tokio::test]
async fn large_events_are_sent_a_few_at_a_time_and_none_is_lost() {
    let server = TestServer::plain().await;
    for number in 0..30 {
        // Small ones among them, so that more is read than fits.
        let size = if number % 10 < 5 { 10 } else { 700_000 };
        let mut large = event(number);
        large["payload"] = json!({"text": "x".repeat(size)});
        let posted = server.post("/api/events", &json!([large])).await;
        assert_eq!(posted.status, 204, "{number}");
    }
    let mut socket = authenticated(&server, "/api/events/out").await;
    let filter = json!({"type": "filter", "filter": {"event": {"prefix": ["test."]}}});
    say(&mut socket, &filter).await;
    for number in 0..30 {
        let frame = hear(&mut socket).await;
        let id = format!("test.{number}");
        assert_eq!(frame["event"]["resource"]["prefect.resource.id"], id);
    }
    server.stop().await;
}
