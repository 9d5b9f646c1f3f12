//! Subscriptions.

use futures_util::{SinkExt, StreamExt};
use milliways_model::filter::{EventFilter, LogFilter};
use milliways_settings::Secret;
use serde_json::{Value, json};
use tokio::net::UnixListener;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::{Address, Client, Config};

const LOG: &str = r#"{"id":"00000000-0000-0000-0000-000000000001","created":null,"updated":null,"name":"n","level":20,"message":"hello","timestamp":"2026-01-01T00:00:00Z"}"#;

/// Accepts one subscription: checks path and subprotocol, takes the login and the filter, sends `frames`, and ends.
/// Gives the two frames of the client.
async fn serve(
    listener: UnixListener,
    path: &str,
    lets_in: bool,
    frames: Vec<String>,
) -> Vec<Value> {
    let (stream, _) = listener.accept().await.unwrap();
    let path = path.to_owned();
    #[expect(
        clippy::result_large_err,
        reason = "the shape that the handshake asks for"
    )]
    let check =
        move |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
            assert_eq!(request.uri().path(), path);
            assert_eq!(request.headers()["sec-websocket-protocol"], "prefect");
            assert_eq!(request.headers()["authorization"], "Basic YTpi");
            response
                .headers_mut()
                .insert("sec-websocket-protocol", "prefect".parse().unwrap());
            Ok(response)
        };
    let mut socket = accept_hdr_async(stream, check).await.unwrap();
    let mut received = Vec::new();
    let read =
        |message: Message| serde_json::from_str::<Value>(message.to_text().unwrap()).unwrap();
    received.push(read(socket.next().await.unwrap().unwrap()));
    if !lets_in {
        let frame = CloseFrame {
            code: 1008.into(),
            reason: "Invalid token".into(),
        };
        socket.close(Some(frame)).await.unwrap();
        return received;
    }
    socket
        .send(Message::text(r#"{"type":"auth_success"}"#))
        .await
        .unwrap();
    received.push(read(socket.next().await.unwrap().unwrap()));
    for frame in frames {
        socket.send(Message::text(frame)).await.unwrap();
    }
    socket.close(None).await.unwrap();
    received
}

fn setup() -> (tempfile::TempDir, UnixListener, Client) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    let listener = UnixListener::bind(&path).unwrap();
    let mut config = Config::of_address(Address::Socket(path));
    config.auth_string = Some(Secret::new("a:b"));
    (folder, listener, Client::new(config).unwrap())
}

#[tokio::test]
async fn log_lines_come_until_the_server_ends() {
    let (_folder, listener, client) = setup();
    let frames = vec![format!(r#"{{"type":"log","log":{LOG}}}"#); 2];
    let server = tokio::spawn(serve(listener, "/api/logs/out", true, frames));
    let mut logs = client.follow_logs(&LogFilter::default()).await.unwrap();
    let mut messages = Vec::new();
    while let Some(log) = logs.next().await.unwrap() {
        messages.push(log.message);
    }
    assert_eq!(messages, ["hello", "hello"]);
    let received = server.await.unwrap();
    assert_eq!(received[0], json!({"type": "auth", "token": "a:b"}));
    assert_eq!(received[1]["type"], "filter");
}

#[tokio::test]
async fn events_are_asked_for_with_or_without_earlier_ones() {
    let (_folder, listener, client) = setup();
    let event = r#"{"type":"event","event":{"occurred":"2026-01-01T00:00:00Z","event":"e","resource":{"prefect.resource.id":"r"},"id":"00000000-0000-0000-0000-000000000005","received":"2026-01-01T00:00:01Z"}}"#;
    let server = tokio::spawn(serve(
        listener,
        "/api/events/out",
        true,
        vec![event.to_owned()],
    ));
    let mut events = client
        .follow_events(&EventFilter::default(), false)
        .await
        .unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().event, "e");
    assert_eq!(events.next().await.unwrap(), None);
    assert_eq!(server.await.unwrap()[1]["backfill"], false);
}

#[tokio::test]
async fn who_is_not_let_in_is_told_why() {
    let (_folder, listener, client) = setup();
    let server = tokio::spawn(serve(listener, "/api/logs/out", false, Vec::new()));
    let error = client.follow_logs(&LogFilter::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "subscription /logs/out: Invalid token (1008)"
    );
    server.await.unwrap();
}
