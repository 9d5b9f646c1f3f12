//! The spools of processes that are gone.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, fcntl_lock};
use serde::de::IgnoredAny;

use super::segment::set_aside;
use super::{Header, InUse, LOCK, Owner, private_file, remove_folder};

/// The folder of a process that is gone. Nobody else delivers it as long as this exists.
#[derive(Debug)]
pub(crate) struct Leftover {
    folder: PathBuf,
    _lock: File,
    _in_use: InUse,
}

/// The whole records of one file.
#[derive(Debug, PartialEq)]
pub(crate) struct LeftoverFile {
    pub(crate) path: PathBuf,
    pub(crate) header: Header,
    /// Lines of the records.
    pub(crate) lines: Vec<u8>,
}

/// The leftovers below `root` that are for `server`, oldest first.
pub(crate) fn leftovers(root: &Path, server: &str) -> Vec<Leftover> {
    let Ok(entries) = std::fs::read_dir(root) else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    // Names are ids that ascend in time.
    folders.sort();
    folders
        .into_iter()
        .filter_map(|folder| Leftover::claim(folder, server))
        .collect()
}

impl Leftover {
    fn claim(folder: PathBuf, server: &str) -> Option<Self> {
        let in_use = InUse::claim(&folder)?;
        let lock = private_file().open(folder.join(LOCK)).ok()?;
        fcntl_lock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
        let Ok(owner) = serde_json::from_reader::<_, Owner>(&lock) else {
            // The process ended while it made the folder: before its first record.
            remove_folder(&folder);
            return None;
        };
        (owner.server == server).then_some(Self {
            folder,
            _lock: lock,
            _in_use: in_use,
        })
    }

    /// Its files, in the order in which they are to be delivered.
    pub(crate) fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if let Some(order) = order(&path) {
                files.push((order, path));
            }
        }
        files.sort();
        Ok(files.into_iter().map(|(_, path)| path).collect())
    }

    /// Removes the folder where everything in it was delivered.
    pub(crate) fn finish(self) {
        remove_folder(&self.folder);
    }
}

impl LeftoverFile {
    /// Reads a file up to its end, or up to the first line that is torn. `None` where not even the header is whole.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        let mut reader = BufReader::new(File::open(path)?);
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line)?;
        let Some(header) = whole(&line).and_then(|line| serde_json::from_slice(line).ok()) else {
            return Ok(None);
        };
        let mut lines = Vec::new();
        loop {
            line.clear();
            reader.read_until(b'\n', &mut line)?;
            let is_record =
                whole(&line).is_some_and(|line| serde_json::from_slice::<IgnoredAny>(line).is_ok());
            if !is_record {
                return Ok(Some(Self {
                    path: path.to_owned(),
                    header,
                    lines,
                }));
            }
            lines.extend_from_slice(&line);
        }
    }
}

/// Removes a file that was delivered.
pub(crate) fn delivered(path: &Path) {
    // Where that fails, the server is told of it again, which has no second effect.
    let _ = std::fs::remove_file(path);
}

/// Keeps a file that the server refuses for good where nobody tries to deliver it again.
pub(crate) fn refused(path: &Path) -> Option<PathBuf> {
    set_aside(path)
}

/// The line without its end, where it has one.
fn whole(line: &[u8]) -> Option<&[u8]> {
    line.strip_suffix(b"\n")
}

/// Journal and segment of a file's name.
fn order(path: &Path) -> Option<(u64, u32)> {
    let name = path.file_name()?.to_str()?.strip_suffix(".jsonl")?;
    let (journal, segment) = name.split_once('.')?;
    Some((journal.parse().ok()?, segment.parse().ok()?))
}
