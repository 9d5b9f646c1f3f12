//! A PostgreSQL database of a test's own, in the cluster that `cargo xtask test` starts.

use std::process::{Command, Stdio};

/// Where the cluster is; `cargo xtask test` sets it.
pub const URL_VARIABLE: &str = "MILLIWAYS_TEST_POSTGRES_URL";

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct Database {
    cluster: String,
    name: String,
}

impl Database {
    /// Makes an empty database.
    ///
    /// # Panics
    /// Where there is no cluster: tests on PostgreSQL are never skipped in silence.
    #[expect(clippy::panic, reason = "a test that can't run has failed")]
    pub fn create() -> Self {
        let Ok(cluster) = std::env::var(URL_VARIABLE) else {
            panic!(
                "{URL_VARIABLE} is not set\nhint: run `cargo xtask test rust`, which starts a cluster, or set it to one of your own"
            );
        };
        let name = format!("test_{}", milliways_model::uuid7_now().simple());
        let database = Self { cluster, name };
        database.run(&format!("CREATE DATABASE {}", database.name));
        database
    }

    /// Its URL.
    pub fn url(&self) -> String {
        let base = self
            .cluster
            .rsplit_once('/')
            .map_or(self.cluster.as_str(), |(base, _)| base);
        format!("{base}/{}", self.name)
    }

    /// Ends every connection to it, as a restart of the cluster does, and waits until they have ended.
    pub fn end_connections(&self) {
        self.run(&format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{}'",
            self.name
        ));
    }

    /// Stops the processes that serve it until the value is dropped.
    ///
    /// # Panics
    /// Where they may not be stopped: the cluster has to run on this machine, as a user that we may signal.
    pub fn freeze(&self) -> Frozen {
        let statement = format!(
            "SELECT pid FROM pg_stat_activity WHERE datname = '{}'",
            self.name
        );
        let asked = Command::new("psql")
            .args(["--no-psqlrc", "--tuples-only", "--no-align", "--dbname"])
            .args([&self.cluster, "--command", &statement])
            .stdin(Stdio::null())
            .output()
            .expect("psql runs");
        let told = String::from_utf8_lossy(&asked.stdout).into_owned();
        let frozen = Frozen {
            processes: told.split_whitespace().map(str::to_owned).collect(),
        };
        assert!(frozen.signal("-STOP"), "they can't be stopped: {told}");
        frozen
    }

    /// Runs a statement in it; gives how many rows it changed.
    pub fn execute(&self, statement: &str) -> usize {
        let done = Command::new("psql")
            .args([
                "--no-psqlrc",
                "--dbname",
                &self.url(),
                "--command",
                statement,
            ])
            .stdin(Stdio::null())
            .output()
            .expect("psql runs");
        // It answers with the kind of the statement and the count.
        let told = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "psql failed: {statement}");
        told.split_whitespace()
            .next_back()
            .and_then(|count| count.parse().ok())
            .unwrap_or(0)
    }

    fn run(&self, statement: &str) {
        let done = Command::new("psql")
            .args([
                "--no-psqlrc",
                "--quiet",
                "--dbname",
                &self.cluster,
                "--command",
                statement,
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "psql failed: {statement}"
        );
    }
}

/// Processes that stand still. They go on when this is dropped.
#[derive(Debug)]
pub struct Frozen {
    processes: Vec<String>,
}

impl Frozen {
    fn signal(&self, name: &str) -> bool {
        !self.processes.is_empty()
            && Command::new("kill")
                .arg(name)
                .args(&self.processes)
                .status()
                .is_ok_and(|status| status.success())
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.signal("-CONT");
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}
