//! The system's table of processes, where there is one: who carries a mark in its environment, and which children of
//! ours are dead.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, getpid};

/// Processes in whose first environment `name=value` is. Threads and what belongs to others are not seen.
pub(super) fn marked(name: &str, value: &str) -> Vec<Pid> {
    let mark = format!("{name}={value}");
    let carries = |folder: &Path| {
        let environment = fs::read(folder.join("environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|pair| pair == mark.as_bytes())
    };
    let all = table();
    all.filter(|(_, folder)| carries(folder))
        .map(|(pid, _)| pid)
        .collect()
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

#[cfg(test)]
mod tests {
    use super::status;

    #[test]
    fn a_name_may_look_like_anything() {
        assert_eq!(status("12 (a) Z (b) S) Z 7 12 12 0"), Some(('Z', 7)));
        assert_eq!(status("12 (sh) S 1 12"), Some(('S', 1)));
        assert_eq!(status(""), None);
    }
}
