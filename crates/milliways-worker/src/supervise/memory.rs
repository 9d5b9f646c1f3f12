//! How often the kernel has killed for want of memory where this worker lives.

use std::fs;
use std::path::{Path, PathBuf};

/// Kills so far in the worker's control group, else on the whole machine; `None` where the system does not say.
pub(super) fn kills() -> Option<u64> {
    let of_group = || count(&fs::read_to_string(group()?.join("memory.events")).ok()?);
    let of_machine = || count(&fs::read_to_string("/proc/vmstat").ok()?);
    of_group().or_else(of_machine)
}

/// The folder of our control group.
fn group() -> Option<PathBuf> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    Some(Path::new("/sys/fs/cgroup").join(path.trim_start_matches('/')))
}

fn count(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
    line?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn the_count_is_found_in_either_file() {
        assert_eq!(
            count("low 0\noom 2\noom_kill 3\noom_group_kill 0\n"),
            Some(3)
        );
        assert_eq!(count("pgfault 1\n"), None);
    }
}
