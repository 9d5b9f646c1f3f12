//! The bounded queue between the threads that run flows and the sender.
//!
//! A push is a lock, a move and, at most once for each look of the sender, a wake-up: the sender gathers for a few
//! milliseconds before it looks, so that the threads of a busy flow make no system calls.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::fact::Entry;

/// So many entries, or so many bytes in them, wait at most; then pushing waits for the sender's next look.
const CAPACITY: usize = 16_384;
const CAPACITY_BYTES: usize = 16 << 20;

/// See the module.
#[derive(Debug)]
pub(crate) struct Queue<J> {
    inner: Mutex<Inner<J>>,
    wake: Notify,
    room: Condvar,
}

#[derive(Debug)]
struct Inner<J> {
    entries: Vec<Entry>,
    bytes: usize,
    jobs: Vec<J>,
    pushed: u64,
    asleep: bool,
    closed: bool,
}

/// What the sender finds.
#[derive(Debug)]
pub(crate) struct Taken<J> {
    /// Oldest first. The last one has number `pushed`, counted from 1.
    pub(crate) entries: Vec<Entry>,
    pub(crate) jobs: Vec<J>,
    pub(crate) pushed: u64,
}

impl<J> Default for Queue<J> {
    fn default() -> Self {
        let inner = Inner {
            entries: Vec::new(),
            bytes: 0,
            jobs: Vec::new(),
            pushed: 0,
            asleep: false,
            closed: false,
        };
        Self {
            inner: Mutex::new(inner),
            wake: Notify::new(),
            room: Condvar::new(),
        }
    }
}

impl<J> Inner<J> {
    const fn is_full(&self) -> bool {
        self.entries.len() >= CAPACITY || self.bytes >= CAPACITY_BYTES
    }
}

impl<J> Queue<J> {
    /// Adds an entry. `false` where nobody will ever take it.
    pub(crate) fn push(&self, entry: Entry) -> bool {
        let bytes = entry.fact.text_size();
        let mut inner = self.lock();
        while inner.is_full() && !inner.closed {
            // It may be gathering.
            self.wake.notify_one();
            inner = self
                .room
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if inner.closed {
            return false;
        }
        inner.entries.push(entry);
        inner.bytes += bytes;
        inner.pushed += 1;
        self.wake(inner);
        true
    }

    /// Hands the sender something to do at once; gives the number of the last entry before it.
    pub(crate) fn ask(&self, job: J) -> Option<u64> {
        let mut inner = self.lock();
        if inner.closed {
            return None;
        }
        inner.jobs.push(job);
        let pushed = inner.pushed;
        drop(inner);
        self.wake.notify_one();
        Some(pushed)
    }

    /// Everything that waits. Where that is nothing, the next push wakes [`Queue::wait`].
    pub(crate) fn take(&self) -> Taken<J> {
        let mut inner = self.lock();
        let capacity = inner.entries.len();
        let taken = Taken {
            entries: std::mem::replace(
                &mut inner.entries,
                Vec::with_capacity(capacity.min(CAPACITY)),
            ),
            jobs: std::mem::take(&mut inner.jobs),
            pushed: inner.pushed,
        };
        inner.bytes = 0;
        inner.asleep = taken.entries.is_empty();
        drop(inner);
        self.room.notify_all();
        taken
    }

    /// Ends when there is something to take.
    pub(crate) async fn wait(&self) {
        self.wake.notified().await;
    }

    /// Refuses everything from now on.
    pub(crate) fn close(&self) -> Taken<J> {
        self.lock().closed = true;
        self.take()
    }

    fn wake(&self, mut inner: MutexGuard<'_, Inner<J>>) {
        let asleep = std::mem::take(&mut inner.asleep);
        drop(inner);
        if asleep {
            self.wake.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<J>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
