//! The real executable as a server: on a home and a database of its own, at a free port, mortal.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

use tempfile::TempDir;

use crate::http::Connection;
use crate::postgres::Database;

/// Where the executable is; without it the one that was built beside the tests.
pub const BIN_VARIABLE: &str = "MILLIWAYS_BIN";

/// Where servers live: a home folder, a database, and what is set in the environment.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    /// None: the embedded database, in the folder.
    pub database: Option<Database>,
    environment: Vec<(String, String)>,
}

impl Home {
    /// A home with an embedded database.
    pub fn sqlite() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            database: None,
            environment: Vec::new(),
        }
    }

    /// A home whose database is in the PostgreSQL cluster.
    pub fn postgres() -> Self {
        let database = Database::create();
        let url = database.url();
        Self {
            database: Some(database),
            ..Self::sqlite()
        }
        .with("MILLIWAYS_SERVER_DATABASE_CONNECTION_URL", &url)
    }

    /// The same home with one more environment variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a server and waits until it can be asked.
    pub fn start(&self) -> Server {
        let mut server = self.begin();
        server.wait_until_ready();
        server
    }

    /// Starts a server where one of this home was before.
    pub fn start_again(&self, before: &Server) -> Server {
        let mut server = self.begin_at(before.address().port());
        server.wait_until_ready();
        server
    }

    /// Starts a server and does not wait.
    pub fn begin(&self) -> Server {
        self.begin_at(0)
    }

    fn begin_at(&self, port: u16) -> Server {
        let mut child = self
            .command(&format!("server start --port {port} --no-ui"))
            .stdout(Stdio::piped())
            .stderr(self.log())
            .spawn()
            .expect("the executable runs");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        Server {
            child,
            output,
            address: None,
        }
    }

    /// Runs a command to its end.
    pub fn run(&self, line: &str) -> Output {
        self.command(line).output().expect("the executable runs")
    }

    /// What servers of this home have logged.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// A command in an environment that holds nothing else: no settings of whoever runs the tests.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(executable());
        command
            .env_clear()
            .env("HOME", self.path())
            .env("MILLIWAYS_HOME", self.path())
            .env("PATH", "/usr/bin:/bin")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .args(line.split_whitespace())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn log(&self) -> Stdio {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log_path());
        log.expect("a log file").into()
    }

    fn log_path(&self) -> PathBuf {
        self.path().join("test-server.log")
    }
}

/// A server that is killed with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    address: Option<SocketAddr>,
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address.expect("it was waited for")
    }

    /// A connection to it.
    pub fn connect(&self) -> Connection {
        Connection::open(self.address()).expect("it listens")
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Kills it with SIGKILL: it has no time to do anything.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Sends a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.process().to_string()])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "kill -{name} failed"
        );
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }

    /// Waits until it can be asked: it prints its address when it listens.
    fn wait_until_ready(&mut self) {
        let mut line = String::new();
        while self.address.is_none() {
            line.clear();
            let count = self.output.read_line(&mut line).expect("its output");
            assert!(count > 0, "the server ended before it listened");
            self.address = line
                .split_once("http://")
                .and_then(|(_, address)| address.trim().parse().ok());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The built executable.
///
/// # Panics
/// Where there is none: a test of the real server is never skipped in silence.
pub fn executable() -> PathBuf {
    let built = || {
        let tests = std::env::current_exe().ok()?;
        Some(tests.parent()?.parent()?.join("milliways"))
    };
    let path = std::env::var_os(BIN_VARIABLE)
        .map(PathBuf::from)
        .or_else(built)
        .unwrap_or_default();
    assert!(
        path.is_file(),
        "there is no executable at {}\nhint: `cargo build -p milliways-cli` builds it, or set {BIN_VARIABLE}",
        path.display()
    );
    path
}
