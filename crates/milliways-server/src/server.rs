//! A server: bound to its addresses, then run until it is asked to end.

mod connection;
mod linger;
mod listener;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use milliways_storage::Store;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinSet;

use crate::app::App;
use crate::config::ServerConfig;
use crate::edge::Edge;
use connection::{Connections, Stream};

/// How often a local server looks whether it is idle, as a part of the time it may be.
const IDLE_LOOKS: u32 = 10;

/// Why a server can't be run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address can be reached by others, and nobody is asked who they are.
    #[error(
        "refusing to listen on {0} without authentication\nhint: set server.api.auth_string (MILLIWAYS_SERVER_API_AUTH_STRING=user:password), or listen on 127.0.0.1"
    )]
    Unprotected(SocketAddr),
    /// The host has no address.
    #[error("can't find the address of {host}\nhint: check the setting server.api.host")]
    Host {
        /// The host.
        host: String,
        /// What the resolver said.
        #[source]
        source: std::io::Error,
    },
    /// The address can't be listened on.
    #[error("can't listen on {address}: {source}\nhint: {hint}")]
    Bind {
        /// The address or path.
        address: String,
        /// What the operating system said.
        source: std::io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// Another server answers on the unix socket.
    #[error("another server listens on {}\nhint: stop it first", .0.display())]
    SocketInUse(PathBuf),
    /// The folder of the unix socket belongs to somebody else.
    #[error("the folder of {} belongs to another user\nhint: set MILLIWAYS_HOME to a folder of your own", .0.display())]
    ForeignFolder(PathBuf),
}

/// A server that is bound to its addresses: clients can connect, and are answered once it runs.
pub struct Server {
    app: Arc<App>,
    tcp: Option<TcpListener>,
    unix: Option<(UnixListener, listener::SocketFile)>,
}

impl Server {
    /// Binds the addresses of the configuration.
    ///
    /// # Errors
    /// When an address is taken, or others can reach it and no authentication is configured.
    pub async fn bind(config: ServerConfig, store: Store) -> Result<Self, ServeError> {
        let tcp = match &config.tcp {
            Some((host, port)) => {
                Some(listener::tcp(host, *port, config.auth_string.is_some()).await?)
            }
            None => None,
        };
        let unix = match &config.socket {
            Some(path) => Some(listener::unix(path).await?),
            None => None,
        };
        Ok(Self {
            app: Arc::new(App::new(config, store)),
            tcp,
            unix,
        })
    }

    /// The TCP address, if there is one; with port 0 the port that was taken.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.tcp.as_ref()?.local_addr().ok()
    }

    /// All addresses, for people.
    pub fn addresses(&self) -> Vec<String> {
        let tcp = self.local_addr().map(|address| format!("http://{address}"));
        let unix = self
            .unix
            .as_ref()
            .map(|(_, file)| file.path().display().to_string());
        tcp.into_iter().chain(unix).collect()
    }

    /// Answers requests until `shutdown` resolves, or a local server is idle or asked to end. What was accepted
    /// by then is still answered, within `shutdown_timeout`; sockets are closed with 1001.
    ///
    /// # Errors
    /// None at present: what fails later fails one connection.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        let Self { app, tcp, unix } = self;
        let (unix, file) = unix.unzip();
        let connections = Connections::new(Edge::new(Arc::clone(&app)), Arc::clone(&app));
        crate::memory::give_back();
        let hub = tokio::spawn(app.hub.clone().follow(app.lifecycle.closing()));
        let mut open = JoinSet::new();
        let mut ended = pin!(ended(&app, shutdown));
        loop {
            tokio::select! {
                () = &mut ended => break,
                stream = accept_tcp(tcp.as_ref()) => connections.begin(&mut open, stream),
                stream = accept_unix(unix.as_ref()) => connections.begin(&mut open, stream),
                // Reaps those that have ended, so that the set does not grow.
                Some(_) = open.join_next() => {}
            }
        }
        drop((tcp, unix, file));
        app.lifecycle.close();
        drain(&app, &mut open).await;
        if hub.await.is_err() {
            tracing::error!("the hub of live subscribers did not end well");
        }
        Ok(())
    }
}

/// Binds and runs a server, see [`Server`].
///
/// # Errors
/// As for [`Server::bind`].
pub async fn serve(
    config: ServerConfig,
    store: Store,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    Server::bind(config, store).await?.run(shutdown).await
}

/// Resolves when the server has to end.
async fn ended(app: &App, shutdown: impl Future<Output = ()>) {
    tokio::select! {
        () = shutdown => {}
        () = app.lifecycle.stop_requested() => {}
        () = idle(app) => {}
    }
}

/// Resolves when a local server was not asked anything for its time; never for any other.
async fn idle(app: &App) {
    let Some(patience) = app.config.local else {
        return std::future::pending().await;
    };
    while app.lifecycle.idle_for() < patience {
        tokio::time::sleep(patience / IDLE_LOOKS).await;
    }
}

async fn drain(app: &App, open: &mut JoinSet<()>) {
    let patience = app.config.shutdown_timeout;
    let all = async {
        while open.join_next().await.is_some() {}
        // A socket leaves its connection when it is upgraded, and is waited for by its permit.
        let sockets = u32::try_from(app.config.limits.sockets).unwrap_or(u32::MAX);
        let _closed = app.sockets.acquire_many(sockets).await;
    };
    if tokio::time::timeout(patience, all).await.is_err() {
        tracing::warn!(
            seconds = patience.as_secs(),
            "connections were cut off at shutdown"
        );
        open.abort_all();
    }
}

async fn accept_tcp(listener: Option<&TcpListener>) -> Stream {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Stream::Tcp(stream),
            Err(error) => pause_after(&error).await,
        }
    }
}

async fn accept_unix(listener: Option<&UnixListener>) -> Stream {
    let Some(listener) = listener else {
        return std::future::pending().await;
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Stream::Unix(stream),
            Err(error) => pause_after(&error).await,
        }
    }
}

/// Accepting fails for one connection that went away, or for want of file descriptors: then it would fail
/// again at once.
async fn pause_after(error: &std::io::Error) {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionReset) {
        tracing::warn!(%error, "a connection could not be accepted");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
