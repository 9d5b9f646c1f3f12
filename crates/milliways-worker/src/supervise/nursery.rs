//! All processes that the worker has started: whose end is whose to take, and who else was left to the worker.
//!
//! The worker is the subreaper of its descendants: what a process detaches by a double fork becomes the worker's child
//! rather than that of the system, so that it is found and buried here.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, WaitOptions, waitpid};
use tokio::process::{Child, Command};

use super::processes;

/// How often it is looked for the dead.
const ROUND: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nursery(Arc<Mutex<HashSet<Pid>>>);

/// A process whose end somebody waits for, until this is dropped.
#[derive(Debug)]
pub(crate) struct Own {
    nursery: Nursery,
    pub(crate) pid: Pid,
}

impl Nursery {
    /// Makes this process the one to whom orphans of its descendants are left.
    pub(crate) fn found() -> Self {
        #[cfg(target_os = "linux")]
        if let Err(error) = rustix::process::set_child_subreaper(Some(rustix::process::getpid())) {
            tracing::warn!(%error, "what processes detach is left to the system");
        }
        Self::default()
    }

    /// Starts a process as the leader of its own group.
    pub(crate) fn start(&self, command: &mut Command) -> io::Result<(Child, Own)> {
        // Under the lock, so that nobody takes it for an orphan before it is known.
        let mut own = self.own();
        let child = command.process_group(0).spawn()?;
        let pid = child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()))
            .ok_or_else(|| io::Error::other("the process has no id"))?;
        own.insert(pid);
        let nursery = self.clone();
        Ok((child, Own { nursery, pid }))
    }

    /// Buries orphans for ever.
    pub(crate) async fn keep(self) {
        loop {
            tokio::time::sleep(ROUND).await;
            self.bury();
        }
    }

    /// Takes the ends of dead children that nobody waits for.
    pub(crate) fn bury(&self) {
        let own = self.own();
        for pid in processes::dead_children() {
            if !own.contains(&pid) {
                // Somebody else may have been quicker.
                let _ = waitpid(Some(pid), WaitOptions::NOHANG);
            }
        }
    }

    fn own(&self) -> MutexGuard<'_, HashSet<Pid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.nursery.own().remove(&self.pid);
    }
}
