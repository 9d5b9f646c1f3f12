//! A server on a free port with a database of its own, and a plain HTTP client.

use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use milliways_model::time::SystemClock;
use milliways_server::{ServeError, Server, ServerConfig};
use milliways_storage::{Location, Options, Store};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A running server.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) store: Store,
    pub(crate) folder: tempfile::TempDir,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ServeError>>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: Value,
}

impl TestServer {
    /// Starts one; `change` adapts its configuration.
    pub(crate) async fn start(change: impl FnOnce(&mut ServerConfig, &std::path::Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::File(folder.path().join("test.db"));
        let store = Store::open(Options::new(location, Arc::new(SystemClock)))
            .await
            .unwrap();
        let mut config = ServerConfig {
            tcp: Some(("127.0.0.1".to_owned(), 0)),
            ..ServerConfig::default()
        };
        change(&mut config, folder.path());
        let server = Server::bind(config, store.clone()).await.unwrap();
        let address = server
            .local_addr()
            .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Self {
            address,
            store,
            folder,
            stop,
            task,
        }
    }

    pub(crate) async fn plain() -> Self {
        Self::start(|_, _| {}).await
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.task.await.unwrap().unwrap();
        self.store.close().await;
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(self) {
        self.task.await.unwrap().unwrap();
        self.store.close().await;
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[], &body.to_string()).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", self.address.to_string());
        }
        if !headers.iter().any(|(name, _)| *name == "accept") {
            request = request.header("accept", "application/problem+json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
            .unwrap();
        let response = sender.send_request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        drop(sender);
        let _ = connection.await;
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    /// Opens a WebSocket with the subprotocol.
    pub(crate) async fn socket(&self, path: &str) -> WebSocket {
        let mut request = format!("ws://{}{path}", self.address)
            .into_client_request()
            .unwrap();
        let protocol = HeaderValue::from_static("prefect");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (socket, response) = tokio_tungstenite::connect_async(request).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], "prefect");
        socket
    }

    /// A flow, and a run of it.
    pub(crate) async fn flow_run(&self) -> String {
        let flow = self
            .post("/api/flows/", &serde_json::json!({"name": "etl"}))
            .await
            .body;
        let body = serde_json::json!({"flow_id": flow["id"], "state": {"type": "PENDING"}});
        let run = self.post("/api/flow_runs/", &body).await;
        assert_eq!(run.status, 201, "{run:?}");
        run.body["id"].as_str().unwrap().to_owned()
    }
}
