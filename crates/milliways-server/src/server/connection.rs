//! One connection: HTTP/1 with keep-alive, handed to the edge request by request.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::app::App;
use crate::edge::{Edge, Peer};
use crate::lifecycle::closed;
use crate::server::linger::{Abandoned, Linger};

/// A connection that was accepted.
pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// What connections are served with, and how many may be open.
pub(super) struct Connections {
    edge: Edge,
    app: Arc<App>,
    http: http1::Builder,
    permits: Arc<Semaphore>,
}

impl Connections {
    pub(super) fn new(edge: Edge, app: Arc<App>) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(app.config.limits.header_timeout);
        // Answers are never held back until the requests behind them are read: behind one whose Content-Length
        // is too short comes what is no request, and hyper would then close with the answers still held.
        http.pipeline_flush(false);
        let permits = Arc::new(Semaphore::new(app.config.limits.connections));
        Self {
            edge,
            app,
            http,
            permits,
        }
    }

    /// Serves a connection on a task of its own. Past the limit it is closed at once.
    pub(super) fn begin(&self, open: &mut JoinSet<()>, stream: Stream) {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            self.app.metrics.connections_refused.add(1);
            return;
        };
        self.app.metrics.connections.add(1);
        match stream {
            Stream::Tcp(stream) => {
                // Answers are small and wanted at once. It only fails on a connection that is gone already.
                let _ = stream.set_nodelay(true);
                open.spawn(self.serve(stream, Peer::Network, permit));
            }
            Stream::Unix(stream) => {
                open.spawn(self.serve(stream, Peer::Owner, permit));
            }
        }
    }

    fn serve<S>(
        &self,
        stream: S,
        peer: Peer,
        permit: OwnedSemaphorePermit,
    ) -> impl Future<Output = ()> + Send + 'static
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let edge = self.edge.clone();
        let mut closing = self.app.lifecycle.closing();
        let http = self.http.clone();
        let keepalive = self.app.config.keepalive_timeout;
        async move {
            let _permit = permit;
            let abandoned = Abandoned::default();
            let stream = Linger::new(stream, Arc::clone(&abandoned));
            // Until its first request was read a connection has as long as that may take.
            let (busy, mut business) = watch::channel(true);
            let service = service_fn(move |request: hyper::Request<Incoming>| {
                let (edge, abandoned) = (edge.clone(), Arc::clone(&abandoned));
                let busy = busy.clone();
                async move {
                    busy.send_replace(true);
                    let response = edge.answer(request.map(Body::new), peer).await;
                    busy.send_replace(false);
                    if response
                        .headers()
                        .get(header::CONNECTION)
                        .is_some_and(|value| value == "close")
                    {
                        abandoned.store(true, Ordering::Relaxed);
                    }
                    Ok::<_, Infallible>(response)
                }
            });
            let mut connection = pin!(
                http.serve_connection(TokioIo::new(stream), service)
                    .with_upgrades()
            );
            let result = tokio::select! {
                result = connection.as_mut() => result,
                () = closed(&mut closing) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
                () = idle(&mut business, keepalive) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // The other side went away, or sent what is no HTTP: nothing that anybody here could act on.
            if let Err(error) = result {
                tracing::trace!(%error, "a connection ended early");
            }
        }
    }
}

/// Resolves when nothing was asked for so long.
async fn idle(busy: &mut watch::Receiver<bool>, time: Duration) {
    while busy.wait_for(|busy| !busy).await.is_ok() {
        match tokio::time::timeout(time, busy.changed()).await {
            Ok(Ok(())) => {}
            Err(_) => return,
            Ok(Err(_)) => break,
        }
    }
    // The connection has ended, which is noticed elsewhere.
    std::future::pending::<()>().await;
}
