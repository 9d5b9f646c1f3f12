//! A PostgreSQL cluster of a test's own, where that of all tests will not do: one that encrypts connections.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::certificates::Issuer;

/// Whom it lets in, and how. All of them may do everything.
const RULES: &str = "\
host      all postgres 127.0.0.1/32 trust
hostssl   all sealed   127.0.0.1/32 trust
hostnossl all open     127.0.0.1/32 trust
hostssl   all shown    127.0.0.1/32 cert
hostssl   all locked   127.0.0.1/32 scram-sha-256
";
/// The password of `locked`.
pub const PASSWORD: &str = "a password";

/// A running cluster, on loopback. It is stopped and deleted with this value.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Starts one that encrypts the connections that ask for it, with a certificate of `issuer` for the host
    /// `localhost`. It lets in `postgres` in any case, `sealed` only encrypted, `open` only in plain text, `shown` with
    /// a certificate of the same issuer for that name, and `locked` encrypted with [`PASSWORD`].
    ///
    /// # Panics
    /// Where PostgreSQL's programs are missing or fail.
    pub fn start(issuer: &Issuer) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cluster = Self {
            port: free_port(),
            folder,
        };
        Self::own(cluster.folder.path());
        let data = cluster.folder.path().join("data");
        let made = cluster
            .program("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "initdb failed: {made:?}");
        let server = issuer.issue("a server", &["localhost"]);
        for (name, text) in [
            ("server.crt", server.certificate.as_str()),
            ("server.key", &server.key),
            ("issuer.crt", &issuer.certificate),
            ("pg_hba.conf", RULES),
        ] {
            let path = data.join(name);
            fs::write(&path, text).expect("a file of the cluster");
            Self::own(&path);
        }
        cluster.begin();
        let roles = format!(
            "CREATE ROLE sealed LOGIN SUPERUSER; CREATE ROLE open LOGIN SUPERUSER; CREATE ROLE shown LOGIN SUPERUSER; \
             CREATE ROLE locked LOGIN SUPERUSER PASSWORD '{PASSWORD}'"
        );
        cluster.ask(&roles);
        cluster
    }

    fn begin(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c ssl=on -c ssl_ca_file=issuer.crt",
            self.port
        );
        let begun = self
            .program("pg_ctl")
            .args(["start", "--wait", "--silent", "--options", &options])
            .arg("--pgdata")
            .arg(self.folder.path().join("data"))
            .arg("--log")
            .arg(self.folder.path().join("log"))
            // What it starts goes on for longer: it must not hold our pipes.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(
            begun.is_ok_and(|status| status.success()),
            "the cluster did not start: {}",
            fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
        );
    }

    /// Its address for a user, with parameters such as `sslmode=require`.
    pub fn url(&self, host: &str, user: &str, parameters: &str) -> String {
        format!(
            "postgresql://{user}@{host}:{}/postgres?{parameters}",
            self.port
        )
    }

    /// What its superuser is answered, one line for each row.
    ///
    /// # Panics
    /// Where the statement fails.
    pub fn ask(&self, statement: &str) -> String {
        let asked = Command::new("psql")
            .args(["--no-psqlrc", "--tuples-only", "--no-align", "--dbname"])
            .arg(self.url("127.0.0.1", "postgres", ""))
            .args(["--command", statement])
            .stdin(Stdio::null())
            .output()
            .expect("psql runs");
        assert!(asked.status.success(), "psql failed: {asked:?}");
        String::from_utf8_lossy(&asked.stdout).trim().to_owned()
    }

    /// One of the server's programs, as a user that it lets run it.
    fn program(&self, name: &str) -> Command {
        let program = program(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Gives a file to the user that the server runs as, for it alone.
    fn own(path: &Path) {
        let mut commands = vec![Command::new("chmod")];
        commands[0].arg("go=");
        if is_root() {
            let mut chown = Command::new("chown");
            chown.arg("postgres");
            commands.push(chown);
        }
        for mut command in commands {
            let done = command.arg(path).status();
            assert!(done.is_ok_and(|status| status.success()), "{command:?}");
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The folder goes in any case.
        let _ = self
            .program("pg_ctl")
            .args(["stop", "--mode=immediate", "--silent", "--pgdata"])
            .arg(self.folder.path().join("data"))
            .output();
    }
}

/// Debian keeps the server's programs off the path, by version; the newest is taken.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let installed = versions.filter_map(|entry| {
        let folder = entry.ok()?.path();
        let version: u32 = folder.file_name()?.to_str()?.parse().ok()?;
        Some((version, folder.join("bin").join(name))).filter(|(_, path)| path.is_file())
    });
    installed
        .max()
        .map_or_else(|| PathBuf::from(name), |(_, path)| path)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").output();
    asked.is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}
