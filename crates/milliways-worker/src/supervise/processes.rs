//! The system's table of processes, where there is one: who carries a mark in its environment, and which children of
//! ours are dead.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, getpid};

/// A process that carries a mark.
#[derive(Clone, Debug)]
pub(super) struct Marked {
    pub(super) pid: Pid,
    environment: Vec<u8>,
}

impl Marked {
    /// What a variable was when the process began.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let pairs = self.environment.split(|byte| *byte == 0);
        let mut values = pairs.filter_map(|pair| {
            let (found, value) = std::str::from_utf8(pair).ok()?.split_once('=')?;
            (found == name).then_some(value)
        });
        values.next()
    }
}

/// Processes in whose first environment a variable is. Threads and what belongs to others are not seen.
pub(super) fn marked(name: &str) -> Vec<Marked> {
    let read = |(pid, folder): (Pid, PathBuf)| {
        let environment = fs::read(folder.join("environ")).ok()?;
        let found = Marked { pid, environment };
        found.value(name).is_some().then_some(found)
    };
    table().filter_map(read).collect()
}

/// Which process has this id just now: the id and when it began, since ids are given again.
pub(super) fn identity(pid: Pid) -> Option<String> {
    let number = pid.as_raw_nonzero();
    let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    began(&stat).map(|began| format!("{number}.{began}"))
}

/// Our children that have ended and that nobody has waited for.
pub(super) fn dead_children() -> Vec<Pid> {
    let mine = getpid();
    let is_dead = |folder: &Path| {
        let stat = fs::read_to_string(folder.join("stat")).unwrap_or_default();
        status(&stat) == Some(('Z', mine.as_raw_nonzero().get()))
    };
    let all = table();
    all.filter(|(_, folder)| is_dead(folder))
        .map(|(pid, _)| pid)
        .collect()
}

fn table() -> impl Iterator<Item = (Pid, PathBuf)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let number: i32 = entry.file_name().to_str()?.parse().ok()?;
        Some((Pid::from_raw(number)?, entry.path()))
    })
}

/// State and parent. The name before them may hold anything, brackets too.
fn status(stat: &str) -> Option<(char, i32)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.next()?.parse().ok()?))
}

/// When a process began, in ticks since the system did.
fn began(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use rustix::process::getpid;

    use super::{began, identity, status};

    #[test]
    fn a_process_is_known_by_its_beginning() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 99 1";
        assert_eq!(began(stat), Some(12_345));
        assert_eq!(began("7 (a) S 1"), None);
        assert_eq!(identity(getpid()), identity(getpid()));
    }

    #[test]
    fn a_name_may_look_like_anything() {
        assert_eq!(status("12 (a) Z (b) S) Z 7 12 12 0"), Some(('Z', 7)));
        assert_eq!(status("12 (sh) S 1 12"), Some(('S', 1)));
        assert_eq!(status(""), None);
    }
}
