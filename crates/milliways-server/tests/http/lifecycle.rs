//! Where a server listens, and how it ends.

use std::time::Duration;

use futures_util::StreamExt;
use milliways_server::{ServeError, Server, ServerConfig};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio_tungstenite::tungstenite::Message;

use crate::kit::TestServer;

#[tokio::test]
async fn an_open_address_without_authentication_is_refused() {
    let server = TestServer::plain().await;
    let config = ServerConfig {
        tcp: Some(("0.0.0.0".to_owned(), 0)),
        ..ServerConfig::default()
    };
    let refused = Server::bind(config.clone(), server.store.clone())
        .await
        .err()
        .unwrap();
    assert!(matches!(refused, ServeError::Unprotected(_)), "{refused}");
    assert!(
        refused
            .to_string()
            .contains("hint: set server.api.auth_string")
    );
    let auth_string = Some(milliways_settings::Secret::new("user:pass"));
    assert!(
        Server::bind(
            ServerConfig {
                auth_string,
                ..config
            },
            server.store.clone()
        )
        .await
        .is_ok()
    );
    let taken = ServerConfig {
        tcp: Some(("127.0.0.1".to_owned(), server.address.port())),
        ..ServerConfig::default()
    };
    assert!(matches!(
        Server::bind(taken, server.store.clone()).await,
        Err(ServeError::Bind { .. })
    ));
    server.stop().await;
}

async fn ask(path: &std::path::Path, request: &str) -> String {
    let mut stream = UnixStream::connect(path).await.unwrap();
    let request = format!(
        "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_socket_is_its_owners_alone_and_needs_no_password() {
    use std::os::unix::fs::PermissionsExt;
    let server = TestServer::start(|config, folder| {
        config.socket = Some(folder.join("run/server.sock"));
        config.auth_string = Some(milliways_settings::Secret::new("user:pass"));
    })
    .await;
    let path = server.folder.path().join("run/server.sock");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(
        ask(&path, "POST /api/flows/count")
            .await
            .starts_with("HTTP/1.1 200")
    );
    let config = ServerConfig {
        tcp: None,
        socket: Some(path.clone()),
        ..ServerConfig::default()
    };
    assert!(matches!(
        Server::bind(config, server.store.clone()).await,
        Err(ServeError::SocketInUse(_))
    ));
    server.stop().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_dead_servers_socket_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let server = TestServer::start(|config, _| config.socket = Some(path.clone())).await;
    assert!(ask(&path, "GET /api/health").await.ends_with("true"));
    server.stop().await;
}

#[tokio::test]
async fn a_local_server_ends_when_asked_or_idle() {
    let local = |patience| {
        TestServer::start(move |config, folder| {
            config.tcp = None;
            config.socket = Some(folder.join("server.sock"));
            config.local = Some(patience);
        })
    };
    let server = local(Duration::from_mins(10)).await;
    let path = server.folder.path().join("server.sock");
    assert!(
        ask(&path, "POST /api/admin/local/stop")
            .await
            .starts_with("HTTP/1.1 202")
    );
    server.ended().await;
    local(Duration::from_millis(100)).await.ended().await;
}

#[tokio::test]
async fn what_was_accepted_is_answered_and_sockets_are_told() {
    let server = TestServer::plain().await;
    let mut socket = server.socket("/api/logs/out").await;
    // Half a request is under way when the server is asked to end.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let body = json!({"name": "etl"}).to_string();
    let head = format!(
        "POST /api/flows/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // An answer on another connection says that the server has had the time to read it.
    assert_eq!(server.get("/api/health").await.status, 200);
    let stop = tokio::spawn(server.stop());
    let farewell = socket.next().await.unwrap().unwrap();
    let Message::Close(Some(frame)) = farewell else {
        panic!("{farewell:?}")
    };
    assert_eq!(u16::from(frame.code), 1001);
    drop(socket);
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    stop.await.unwrap();
}

#[tokio::test]
async fn a_connection_that_asks_for_nothing_more_is_closed() {
    let server = TestServer::start(|config, _| {
        config.keepalive_timeout = Duration::from_millis(50);
    })
    .await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "GET /api/health HTTP/1.1\r\nhost: {}\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    let read = tokio::time::timeout(Duration::from_secs(5), read).await;
    read.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn pages_of_other_origins_may_do_what_is_named() {
    let server = TestServer::start(|config, _| {
        config.cors_allowed_origins = vec!["http://there".to_owned()];
        config.cors_allowed_methods = Some(vec!["GET".to_owned(), "POST".to_owned()]);
        config.cors_allowed_headers = Some(vec!["x-team".to_owned()]);
    })
    .await;
    let asks = [
        ("origin", "http://there"),
        ("access-control-request-method", "DELETE"),
        ("access-control-request-headers", "x-other"),
    ];
    let answer = server.send("OPTIONS", "/api/flows/", &asks, "").await;
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header("access-control-allow-methods"), "GET, POST");
    assert_eq!(header("access-control-allow-headers"), "x-team");
    assert_eq!(header("access-control-allow-origin"), "http://there");
    server.stop().await;
}
