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
    /// How many tries have begun, and which one was the last to fail.
    begun: u64,
    failed: u64,
    is_away: bool,
    has_ended: bool,
    notices: Vec<String>,
}

/// What somebody waits for.
#[derive(Clone, Copy, Debug)]
struct Wait {
    number: u64,
    /// The failure of this try tells that the server is away.
    last_try: u64,
}

impl State {
    const fn wait_for(&self, number: u64) -> Wait {
        let tries = if self.is_away { 1 } else { 2 };
        Wait {
            number,
            last_try: self.begun + tries,
        }
    }

    /// Whether the wait is over, and well.
    const fn verdict(&self, wait: Wait) -> Option<bool> {
        if self.settled >= wait.number {
            return Some(true);
        }
        if self.has_ended || (self.is_away && self.failed >= wait.last_try) {
            return Some(false);
        }
        None
    }
}

/// More notices than a user reads are of no use; they are counted by the last one.
const MAX_NOTICES: usize = 100;

impl Progress {
    /// Everything up to entry `number` is acknowledged, or will never be.
    pub(crate) fn settle(&self, number: u64) {
        self.change(|state| state.settled = state.settled.max(number));
    }

    /// A try begins.
    pub(crate) fn begin(&self) {
        self.lock().begun += 1;
    }

    /// The server has answered.
    pub(crate) fn reach(&self) {
        self.change(|state| state.is_away = false);
    }

    /// The try has not reached the server.
    pub(crate) fn fail(&self) {
        self.change(|state| {
            state.failed = state.begun;
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

    /// Waits until entry `number` is settled; `false` after `timeout`, or once tries that began after this call have
    /// not reached the server: one where it was known to be away, else two.
    pub(crate) fn wait_for(&self, number: u64, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.lock();
        let wait = state.wait_for(number);
        loop {
            if let Some(verdict) = state.verdict(wait) {
                return verdict;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_settled_is_waited_for_no_longer() {
        let progress = Progress::default();
        progress.settle(7);
        assert!(progress.wait_for(7, Duration::ZERO));
        assert!(!progress.wait_for(8, Duration::ZERO));
    }

    #[test]
    fn a_try_that_was_under_way_says_nothing_of_a_server_that_may_be_back() {
        let mut state = State {
            begun: 3,
            failed: 2,
            is_away: true,
            ..State::default()
        };
        let wait = state.wait_for(1);
        state.failed = 3;
        assert_eq!(state.verdict(wait), None);
        (state.begun, state.failed) = (4, 4);
        assert_eq!(state.verdict(wait), Some(false));
    }

    #[test]
    fn a_server_that_answered_has_two_tries() {
        let mut state = State {
            begun: 3,
            ..State::default()
        };
        let wait = state.wait_for(1);
        (state.begun, state.failed, state.is_away) = (4, 4, true);
        assert_eq!(state.verdict(wait), None);
        (state.begun, state.failed) = (5, 5);
        assert_eq!(state.verdict(wait), Some(false));
    }

    #[test]
    fn nobody_waits_for_a_sender_that_has_ended() {
        let progress = Progress::default();
        progress.end();
        assert!(!progress.wait_for(1, Duration::MAX));
    }
}
