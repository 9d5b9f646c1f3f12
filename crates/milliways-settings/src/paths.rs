//! The files of one home folder.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Longest path that every Unix takes as the address of a socket: the smallest field has 104 bytes with its end mark.
const LONGEST_SOCKET_PATH: usize = 100;

/// Where everything lies in a home folder. Nothing here looks at the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    home: PathBuf,
}

impl Paths {
    /// The files of the folder `home`.
    pub fn new(home: impl Into<PathBuf>) -> Self {
        Self { home: home.into() }
    }

    /// The folder itself.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The embedded database.
    pub fn database(&self) -> PathBuf {
        self.home.join("milliways.db")
    }

    /// The socket of the server that runs on this home. Where the path would be too long for a socket it lies in a
    /// folder of the temporary directory that is named after the home; whoever makes that folder gives it mode 0700.
    pub fn socket(&self) -> PathBuf {
        let inside = self.home.join("server.sock");
        if inside.as_os_str().len() <= LONGEST_SOCKET_PATH {
            return inside;
        }
        let name = format!("milliways-{:016x}", fingerprint(self.home.as_os_str()));
        Path::new("/tmp").join(name).join("server.sock")
    }

    /// Where runs keep what the server does not have yet.
    pub fn spool(&self) -> PathBuf {
        self.home.join("spool")
    }

    /// Where results are kept.
    pub fn results(&self) -> PathBuf {
        self.home.join("storage")
    }

    /// Process id and address of a server in the background.
    pub fn server_state(&self) -> PathBuf {
        self.home.join("server.json")
    }

    /// Log of a server in the background.
    pub fn server_log(&self) -> PathBuf {
        self.home.join("logs").join("server.log")
    }

    /// Our profiles.
    pub fn profiles(&self) -> PathBuf {
        self.home.join("profiles.toml")
    }
}

/// FNV-1a: the same in every process and release, which the standard hasher does not promise.
fn fingerprint(text: &OsStr) -> u64 {
    text.as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
