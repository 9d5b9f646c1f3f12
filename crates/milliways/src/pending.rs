//! The submitted runs of a flow: it ends after them, and cancels them where it fails.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::AbortHandle;

/// See the module.
#[derive(Debug)]
pub(crate) struct Pending {
    running: Mutex<Running>,
    count: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Running {
    /// `None` until the runtime has told how it is aborted.
    aborts: HashMap<u64, Option<AbortHandle>>,
    next: u64,
}

/// One submitted run, until this is dropped.
#[derive(Debug)]
pub(crate) struct Submitted {
    pending: Arc<Pending>,
    number: u64,
}

impl Pending {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            running: Mutex::default(),
            count: watch::Sender::new(0),
        })
    }

    /// One more run.
    pub(crate) fn add(self: &Arc<Self>) -> Submitted {
        let number = {
            let mut running = self.running();
            let number = running.next;
            running.next += 1;
            running.aborts.insert(number, None);
            number
        };
        self.count.send_modify(|count| *count += 1);
        Submitted {
            pending: self.clone(),
            number,
        }
    }

    /// How run `number` can be aborted, unless it has ended already.
    pub(crate) fn can_abort(&self, number: u64, abort: AbortHandle) {
        if let Some(place) = self.running().aborts.get_mut(&number) {
            *place = Some(abort);
        }
    }

    /// Ends when no run is left.
    pub(crate) async fn idle(&self) {
        // The sender lives as long as this does.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Cancels what can be.
    pub(crate) fn cancel(&self) {
        let aborts: Vec<_> = self.running().aborts.values().flatten().cloned().collect();
        for abort in aborts {
            abort.abort();
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Submitted {
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Submitted {
    fn drop(&mut self) {
        self.pending.running().aborts.remove(&self.number);
        self.pending.count.send_modify(|count| *count -= 1);
    }
}
