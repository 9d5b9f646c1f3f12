//! A PostgreSQL server of our own for the tests: new, empty, on a free port of loopback, gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::net;
use crate::shell::{Run, on_path};

/// A running server. It is stopped and its files deleted when the handle goes.
pub(crate) struct Postgres {
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts one.
    pub(crate) fn start() -> Result<Self> {
        let folder =
            std::env::temp_dir().join(format!("milliways-postgres-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
        let server = Self {
            folder,
            port: net::free_port(0)?,
        };
        if is_root() {
            // The server refuses to run as root; Debian's package makes a user for it.
            Run::new("chown")
                .arg("postgres")
                .arg(&server.folder)
                .read()?;
        }
        let data = server.data();
        as_owner("initdb")?
            .args([
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .arg("--pgdata")
            .arg(&data)
            .read()
            .context("making a database cluster")?;
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200",
            server.port
        );
        as_owner("pg_ctl")?
            .args([
                "start",
                "--wait",
                "--silent",
                "--options",
                &options,
                "--pgdata",
            ])
            .arg(&data)
            .arg("--log")
            .arg(server.folder.join("log"))
            .silent()
            .loud()
            .context("starting PostgreSQL for the tests")?;
        Ok(server)
    }

    /// Where it can be reached, as its superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Ok(stop) = as_owner("pg_ctl") {
            let _ = stop
                .args(["stop", "--mode=immediate", "--silent", "--pgdata"])
                .arg(self.data())
                .read();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// One of the server's programs. Debian keeps them off the path, by version; the newest is taken.
pub(super) fn program(name: &str) -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok();
    let mut installed: Vec<(u32, PathBuf)> = versions
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let version = folder.file_name()?.to_str()?.parse().ok()?;
            Some((version, folder.join("bin").join(name)))
        })
        .filter(|(_, path)| Path::is_file(path))
        .collect();
    installed.sort();
    installed
        .pop()
        .map(|(_, path)| path)
        .or_else(|| on_path(name))
}

fn as_owner(name: &str) -> Result<Run> {
    let program = program(name).with_context(|| format!("PostgreSQL's `{name}` is missing"))?;
    // The folder in which we stand may be closed to the server's user.
    Ok(if is_root() {
        Run::new("runuser")
            .args(["-u", "postgres", "--"])
            .arg(program)
            .dir("/")
    } else {
        Run::new(program).dir("/")
    })
}

fn is_root() -> bool {
    Run::new("id")
        .arg("-u")
        .read()
        .is_ok_and(|user| user == "0")
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn a_server_starts_and_leaves_nothing_behind() {
        let server = Postgres::start().expect("PostgreSQL starts");
        TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
        assert!(server.url().contains(&server.port.to_string()));
        let folder = server.folder.clone();
        drop(server);
        assert!(!folder.exists());
    }
}
