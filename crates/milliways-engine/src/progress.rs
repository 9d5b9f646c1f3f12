//! How far the sender has come, for those who wait for it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    settled: u64,
    failures: u64,
    is_away: bool,
    has_ended: bool,
    notices: Vec<String>,
}

/// More notices than a user reads are of no use; they are counted by the last one.
const MAX_NOTICES: usize = 100;

impl Progress {
    /// Everything up to entry `number` is acknowledged, or will never be.
    pub(crate) fn settle(&self, number: u64) {
        self.change(|state| state.settled = state.settled.max(number));
    }

    /// The server has answered.
    pub(crate) fn reach(&self) {
        self.change(|state| state.is_away = false);
    }

    /// Another try has not reached the server.
    pub(crate) fn fail(&self) {
        self.change(|state| {
            state.failures += 1;
            state.is_away = true;
        });
    }

    /// The sender has ended.
    pub(crate) fn end(&self) {
        self.change(|state| state.has_ended = true);
    }

    /// Something that a user should know.
    pub(crate) fn notice(&self, text: String) {
        let mut state = self.lock();
        if state.notices.len() < MAX_NOTICES {
            state.notices.push(text);
        }
    }

    /// The notices since the last look.
    pub(crate) fn take_notices(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().notices)
    }

    /// Waits until entry `number` is settled; `false` after `timeout`, or once a try that began after this call has
    /// not reached the server.
    pub(crate) fn wait_for(&self, number: u64, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.lock();
        // A try that was under way already when the wait began says nothing of the server's state now, unless the
        // server was known to be away before.
        let tries = state.failures + if state.is_away { 1 } else { 2 };
        loop {
            if state.settled >= number {
                return true;
            }
            if state.has_ended || (state.is_away && state.failures >= tries) {
                return false;
            }
            let left =
                deadline.map_or(timeout, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return false;
            }
            (state, _) = self
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
