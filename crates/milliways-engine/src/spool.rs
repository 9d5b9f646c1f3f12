//! What runs keep on disk until the server has it: one folder for each process, one journal for each attempt.
//!
//! ```text
//! spool/<id of the process>/lock           held as long as the process lives; says for which server the records are
//! spool/<id of the process>/1.1.jsonl      the first segment of the first journal: a header line, then a record a line
//! ```
//!
//! A batch is on its way to the disk when `write` has returned: it survives the end of the process. A line that was
//! torn by a power failure has no end or is no JSON, and ends its file. Locks are those of `fcntl`: unlike `flock` they
//! are not shared with the children of a fork, and end with their process whatever happens to it. They keep processes
//! apart, but not the sessions of one process: for those there is a list.

mod leftover;
mod segment;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{FlockOperation, fcntl_lock};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use leftover::{Leftover, LeftoverFile, delivered, leftovers, refused};
pub(crate) use segment::{Header, JournalFile, Place};

const LOCK: &str = "lock";

/// The folder of this process.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
    /// Dropping it ends the lock.
    _lock: File,
    _in_use: InUse,
}

/// The folders that sessions of this process use. Even to open and close the lock file of one would end its lock.
static IN_USE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// What the lock file says.
#[derive(Serialize, Deserialize)]
struct Owner {
    /// The server that the records are for; they must not go to another one.
    server: String,
    /// For people who look into the folder.
    pid: u32,
}

impl Spool {
    /// Makes the folder `id` below `root`. Only the user may look into it.
    pub(crate) fn create(root: &Path, id: Uuid, server: &str) -> io::Result<Self> {
        let folder = root.join(id.simple().to_string());
        let in_use = InUse::claim(&folder).ok_or(io::ErrorKind::AlreadyExists)?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        let mut lock = private_file()
            .create(true)
            .truncate(true)
            .open(folder.join(LOCK))?;
        fcntl_lock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        let owner = Owner {
            server: server.to_owned(),
            pid: std::process::id(),
        };
        serde_json::to_writer(&mut lock, &owner)?;
        lock.flush()?;
        Ok(Self {
            folder,
            _lock: lock,
            _in_use: in_use,
        })
    }

    /// The journal with this number, of which nothing is on disk yet.
    pub(crate) fn journal(&self, header: Header) -> JournalFile {
        JournalFile::new(self.folder.clone(), header)
    }

    /// Removes the folder where no journal is left in it.
    pub(crate) fn remove(self) {
        remove_folder(&self.folder);
    }
}

/// Keeps a record that the server refuses, for people: in `refused/`, in a file for each process.
pub(crate) fn keep_refused(root: &Path, id: Uuid, line: &[u8]) -> Option<PathBuf> {
    let folder = root.join("refused");
    let path = folder.join(format!("{}.jsonl", id.simple()));
    std::fs::create_dir_all(folder).ok()?;
    let mut file = private_file().append(true).create(true).open(&path).ok()?;
    file.write_all(line).ok()?;
    Some(path)
}

/// The entry of a folder in the list of this process.
#[derive(Debug)]
struct InUse(PathBuf);

impl InUse {
    /// `None` where a session of this process uses the folder already.
    fn claim(folder: &Path) -> Option<Self> {
        let mut folders = Self::folders();
        if folders.iter().any(|used| used == folder) {
            return None;
        }
        folders.push(folder.to_owned());
        Some(Self(folder.to_owned()))
    }

    fn folders() -> MutexGuard<'static, Vec<PathBuf>> {
        IN_USE.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        Self::folders().retain(|folder| *folder != self.0);
    }
}

/// Removes the lock last, so that nobody takes a folder that is half gone for one that waits to be delivered.
fn remove_folder(folder: &Path) {
    let is_empty = std::fs::read_dir(folder)
        .is_ok_and(|entries| entries.flatten().all(|entry| entry.file_name() == LOCK));
    if is_empty {
        // Whatever is left is found, and removed, by the next process that looks for leftovers.
        let _ = std::fs::remove_file(folder.join(LOCK));
        let _ = std::fs::remove_dir(folder);
    }
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}

#[cfg(test)]
mod tests;
