//! The one server of a home folder: the right to be it, and what others can learn of it.
//!
//! The file `server.json` says which process it is and where it answers. The process keeps the file locked as long as
//! it lives, so that what a killed server left behind is known for what it is: a file that nobody has locked.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use milliways_settings::Paths;
use rustix::fs::FlockOperation;
use serde::{Deserialize, Serialize};

/// How often a lock that another process holds is tried again.
const INTERVAL: Duration = Duration::from_millis(10);

/// What a running server tells about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HomeServer {
    /// Its process.
    pub(crate) process: i32,
    /// Where it listens; none for one that only serves this home's programs.
    pub(crate) url: Option<String>,
    /// Its socket.
    pub(crate) socket: PathBuf,
    /// Its version.
    pub(crate) version: String,
    /// Whether it was started by a program of this home, and ends by itself.
    pub(crate) is_local: bool,
}

impl HomeServer {
    /// The server that runs on this home, if one does and has said where it answers.
    pub(crate) fn running(paths: &Paths) -> Result<Option<Self>> {
        let path = paths.server_state();
        let Ok(mut file) = File::open(&path) else {
            return Ok(None);
        };
        if rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared).is_ok() {
            return Ok(None);
        }
        let mut text = String::new();
        file.read_to_string(&mut text)
            .with_context(|| format!("reading {}", path.display()))?;
        // Between taking the lock and listening, a server has nothing to tell.
        Ok(serde_json::from_str(&text).ok())
    }
}

/// The right to be the server of a home folder. It ends with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Claim {
    file: File,
    path: PathBuf,
}

impl Claim {
    /// Takes the right if nobody has it.
    pub(crate) fn take(paths: &Paths) -> Result<Option<Self>> {
        private_folder(paths.home())?;
        let path = paths.server_state();
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600);
        let file = options
            .open(&path)
            .with_context(|| format!("opening {}", path.display()))?;
        if rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(None);
        }
        // What stands in it is of a server that is gone.
        file.set_len(0)?;
        Ok(Some(Self { file, path }))
    }

    /// Takes the right as soon as it is free, or gives up after `patience`.
    pub(crate) fn wait(paths: &Paths, patience: Duration) -> Result<Option<Self>> {
        let start = Instant::now();
        loop {
            match Self::take(paths)? {
                None if start.elapsed() < patience => std::thread::sleep(INTERVAL),
                outcome => return Ok(outcome),
            }
        }
    }

    /// Tells others where the server answers.
    pub(crate) fn announce(&mut self, server: &HomeServer) -> Result<()> {
        let text = serde_json::to_string(server)?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file
            .write_all(text.as_bytes())
            .with_context(|| format!("writing {}", self.path.display()))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Whoever looks next finds no lock, and so no server, whatever the file says.
        let _ = self.file.set_len(0);
    }
}

/// Makes a folder that only its owner can enter. One that is there already must not be somebody else's.
pub(crate) fn private_folder(folder: &Path) -> Result<()> {
    if let Ok(metadata) = fs::metadata(folder) {
        let user = rustix::process::getuid();
        if metadata.uid() != user.as_raw() && !user.is_root() {
            bail!("the folder {} belongs to another user", folder.display());
        }
        return Ok(());
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("making the folder {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> HomeServer {
        HomeServer {
            process: 1,
            url: Some("http://127.0.0.1:4200".to_owned()),
            socket: PathBuf::from("/s"),
            version: "0.1.0".to_owned(),
            is_local: false,
        }
    }

    #[test]
    fn a_home_has_one_server_at_a_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let paths = Paths::new(folder.path().join("home"));
        assert_eq!(HomeServer::running(&paths).expect("readable"), None);

        let mut claim = Claim::take(&paths).expect("possible").expect("free");
        assert!(Claim::take(&paths).expect("possible").is_none());
        assert_eq!(
            HomeServer::running(&paths).expect("readable"),
            None,
            "it has not said anything yet"
        );
        claim.announce(&server()).expect("writable");
        assert_eq!(
            HomeServer::running(&paths).expect("readable"),
            Some(server())
        );

        drop(claim);
        assert_eq!(HomeServer::running(&paths).expect("readable"), None);
        assert!(Claim::take(&paths).expect("possible").is_some());
    }

    #[test]
    fn what_a_killed_server_left_is_no_server() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let paths = Paths::new(folder.path());
        fs::write(
            paths.server_state(),
            serde_json::to_string(&server()).expect("JSON"),
        )
        .expect("written");
        assert_eq!(HomeServer::running(&paths).expect("readable"), None);
        assert!(Claim::take(&paths).expect("possible").is_some());
    }
}
