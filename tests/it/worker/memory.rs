//! Runs that want more memory than there is.

use std::fs;
use std::path::{Path, PathBuf};

use milliways_tests::process::Home;

use super::{end_of, on_both};

on_both! {
    a_run_at_its_memory_limit_is_told_with_its_last_words
    a_run_that_the_system_kills_for_want_of_memory_is_told_so
}

/// `tail` keeps the last line, however long it gets.
fn a_run_at_its_memory_limit_is_told_with_its_last_words(home: &Home) {
    let script = "state RUNNING\nulimit -v 100000\nexec tail /dev/zero";
    let (kind, message, log) = end_of(home, script);
    assert_eq!(kind, "CRASHED");
    assert!(message.contains("exit code 1"), "{message}");
    assert!(log.contains("memory exhausted"), "{log}");
}

#[expect(clippy::print_stderr, reason = "what is left out is said")]
fn a_run_that_the_system_kills_for_want_of_memory_is_told_so(home: &Home) {
    let Some(pen) = Pen::build() else {
        // Only root may. Where tests run as somebody else, they say what they leave out.
        eprintln!("left out: no control group with a memory limit can be made here");
        return;
    };
    let script = format!(
        "state RUNNING\necho $$ > {}/cgroup.procs\nexec tail /dev/zero",
        pen.0.display()
    );
    let (kind, message, _) = end_of(home, &script);
    assert_eq!(kind, "CRASHED");
    assert!(
        message.contains("signal 9 (SIGKILL)") && message.contains("out of memory"),
        "{message}"
    );
}

/// A control group whose processes have little memory, which is gone with this value.
struct Pen(PathBuf);

impl Pen {
    /// Where the system's hierarchy is one, or has one for memory.
    fn build() -> Option<Self> {
        Self::below("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            .or_else(|| Self::below("/sys/fs/cgroup", "memory.max"))
    }

    fn below(root: &str, limit: &str) -> Option<Self> {
        let root = Path::new(root);
        if !root.join("cgroup.procs").exists() {
            return None;
        }
        let pen = Self(root.join(format!("milliways-test-{}", milliways_model::uuid7_now())));
        fs::create_dir(&pen.0).ok()?;
        // What does not fit is not to be swapped either, where the system can be told.
        let _ = fs::write(pen.0.join("memory.swap.max"), "0");
        fs::write(pen.0.join(limit), "33554432").ok()?;
        let _ = fs::write(pen.0.join("memory.memsw.limit_in_bytes"), "33554432");
        Some(pen)
    }
}

impl Drop for Pen {
    fn drop(&mut self) {
        // It is empty once its processes have ended.
        let _ = fs::remove_dir(&self.0);
    }
}
