//! Servers of their own for a benchmark: a folder, a database, a free port, ended with this value.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use milliways_model::uuid7_now;
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::{rows, workload};

/// Whose server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Milliways,
    Prefect,
    EmptyHandler,
}

/// Where a server keeps its rows.
#[derive(Clone, Debug)]
pub(crate) enum Storage {
    /// A file of its own, in its folder.
    Sqlite,
    /// A database of its own, in the cluster at this URL.
    Postgres(String),
}

/// A server in a process of its own.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    kind: Kind,
    process: Child,
    home: TempDir,
    /// The cluster, and the database in it.
    database: Option<(String, String)>,
}

impl Server {
    /// Starts `program`, which is of that kind.
    pub(crate) async fn start(kind: Kind, program: &Path, storage: &Storage) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        let database = match storage {
            Storage::Sqlite => None,
            Storage::Postgres(cluster) => Some((cluster.clone(), create_database(cluster).await)),
        };
        match kind {
            Kind::EmptyHandler => {
                command.arg("--empty-handler");
            }
            Kind::Milliways => {
                command
                    .args(["server", "start"])
                    .env("MILLIWAYS_HOME", home.path());
            }
            Kind::Prefect => {
                command
                    .args(["server", "start"])
                    .env("PREFECT_HOME", home.path())
                    .env("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
                    .env("DO_NOT_TRACK", "1");
            }
        }
        if let Some((cluster, name)) = &database {
            let url = url_of(cluster, name);
            let url = match kind {
                Kind::Prefect => url.replacen("postgresql://", "postgresql+asyncpg://", 1),
                _ => url,
            };
            command.env("PREFECT_SERVER_DATABASE_CONNECTION_URL", url);
        }
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let process = command
            .args(["--port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            address,
            kind,
            process,
            home,
            database,
        };
        let deadline = Instant::now() + Duration::from_secs(90);
        while !is_healthy(address).await {
            assert!(Instant::now() < deadline, "the server did not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server
    }

    /// Gives it the runs that are filtered.
    pub(crate) async fn fill(&self, flow: &str, address: SocketAddr) {
        match (self.kind, &self.database) {
            (Kind::Prefect, None) => rows::copy_in_file(&self.home.path().join("prefect.db")),
            (Kind::Prefect, Some((cluster, name))) => {
                rows::copy_in_database(&url_of(cluster, name)).await;
            }
            _ => workload::create_flow_runs(flow, address).await,
        }
    }

    /// Ends it, and drops its database.
    pub(crate) async fn stop(mut self) {
        self.end();
        if let Some((cluster, name)) = self.database.take() {
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            admin(&cluster).await.batch_execute(&drop).await.unwrap();
        }
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

async fn create_database(cluster: &str) -> String {
    let name = format!("bench_{}", uuid7_now().simple());
    let create = format!("CREATE DATABASE {name}");
    admin(cluster).await.batch_execute(&create).await.unwrap();
    name
}

async fn admin(cluster: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(cluster, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn url_of(cluster: &str, name: &str) -> String {
    let base = cluster.rsplit_once('/').map_or(cluster, |(base, _)| base);
    format!("{base}/{name}")
}

async fn is_healthy(address: SocketAddr) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let Ok(mut stream) = tokio::net::TcpStream::connect(address).await else {
        return false;
    };
    let request =
        format!("GET /api/health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    stream.write_all(request.as_bytes()).await.is_ok()
        && stream.read_to_end(&mut answer).await.is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}

/// Serves the empty handler until the process is ended.
pub(crate) async fn empty_handler() {
    let port: u16 = std::env::args()
        .next_back()
        .and_then(|port| port.parse().ok())
        .unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
        .await
        .unwrap();
    let router = axum::Router::new().fallback(async || "{}");
    axum::serve(listener, router).await.unwrap();
}
