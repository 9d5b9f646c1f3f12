//! A server that answers what a test tells it to, over TCP or a Unix socket.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Notify;

use crate::{Address, Config};

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) route: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Which connection it came on, from 1.
    pub(super) connection: usize,
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Answers so.
    Status(u16, &'static str),
    /// Answers 503 with this `Retry-After`.
    Later(&'static str),
    /// Ends the connection instead of answering.
    HangUp,
    /// Answers 200, and ends the connection afterwards.
    LastAnswer,
}

#[derive(Default)]
struct State {
    replies: VecDeque<Reply>,
    seen: Vec<Seen>,
    connections: usize,
}

/// See the module. It ends with the test's runtime.
#[derive(Clone, Default)]
pub(super) struct Server(Arc<Mutex<State>>, Arc<Notify>);

impl Server {
    /// A server that answers with `replies`, then with 200 and `true`.
    pub(super) fn answering(replies: impl IntoIterator<Item = Reply>) -> Self {
        let server = Self::default();
        server.0.lock().unwrap().replies.extend(replies);
        server
    }

    pub(super) async fn on_tcp(&self) -> Config {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        quick(Address::parse(&format!("http://{address}/api")).unwrap())
    }

    pub(super) fn on_socket(&self, path: &Path) -> Config {
        let listener = UnixListener::bind(path).unwrap();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        quick(Address::Socket(path.to_owned()))
    }

    /// Waits for a request.
    pub(super) async fn until(&self, is_it: impl Fn(&Seen) -> bool) {
        while !self.seen().iter().any(&is_it) {
            self.1.notified().await;
        }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().seen.clone()
    }

    pub(super) async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let connection = {
            let mut state = self.0.lock().unwrap();
            state.connections += 1;
            state.connections
        };
        let service = service_fn(move |request| self.clone().reply(request, connection));
        // A reply that hangs up ends the connection with an error, as it should.
        let _ = http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn reply(
        self,
        request: hyper::Request<Incoming>,
        connection: usize,
    ) -> Result<Response<Full<Bytes>>, std::io::Error> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let route = format!("{} {}", head.method, head.uri);
        let reply = {
            let mut state = self.0.lock().unwrap();
            state.seen.push(Seen {
                route,
                headers: head.headers,
                body,
                connection,
            });
            state
                .replies
                .pop_front()
                .unwrap_or(Reply::Status(200, "true"))
        };
        self.1.notify_one();
        let response = Response::builder();
        let response = match reply {
            Reply::Status(status, body) => response.status(status).body(body.into()),
            Reply::Later(after) => response
                .status(503)
                .header("retry-after", after)
                .body("{}".into()),
            Reply::LastAnswer => response.header("connection", "close").body("true".into()),
            Reply::HangUp => return Err(std::io::Error::other("hangs up")),
        };
        Ok(response.unwrap())
    }
}

/// Repeats at once, so that no test waits.
fn quick(address: Address) -> Config {
    Config {
        retry_extra_codes: Vec::new(),
        ..Config::of_address(address)
    }
}
