//! Servers of their own for a benchmark: a folder, a free port, ended with this value.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server in a process of its own.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
    _home: TempDir,
}

impl Server {
    /// Ours, on embedded SQLite.
    pub(crate) async fn milliways(binary: &Path) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary);
        command
            .args(["server", "start"])
            .env("MILLIWAYS_HOME", home.path());
        Self::start(command, home).await
    }

    /// Prefect's, on SQLite.
    pub(crate) async fn prefect(binary: &Path) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary);
        command
            .args(["server", "start"])
            .env("PREFECT_HOME", home.path())
            .env("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
            .env("DO_NOT_TRACK", "1");
        Self::start(command, home).await
    }

    /// This program, answering every request with nothing.
    pub(crate) async fn empty_handler() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--empty-handler");
        Self::start(command, tempfile::tempdir().unwrap()).await
    }

    async fn start(mut command: Command, home: TempDir) -> Self {
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
            process,
            _home: home,
        };
        let deadline = Instant::now() + Duration::from_secs(90);
        while !is_healthy(address).await {
            assert!(Instant::now() < deadline, "the server did not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
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
