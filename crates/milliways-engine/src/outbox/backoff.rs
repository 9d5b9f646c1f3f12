//! When to try a server again that is away.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);
/// What a server may order; past it the next try is made anyway.
const LONGEST_ORDERED: Duration = Duration::from_mins(5);
/// New records shorten the wait to this, so that a run notices a server that is back.
const BUSY: Duration = Duration::from_millis(500);

/// Waits that double with each failure, up to five seconds.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
    last: Duration,
    until: Option<Duration>,
    /// The server named the wait itself, so that it is not shortened.
    is_ordered: bool,
}

impl Backoff {
    /// Until when nothing is to be tried; `None` while the server answers.
    pub(crate) const fn until(&self) -> Option<Duration> {
        self.until
    }

    /// A try has failed. `random`, below 1, shortens the wait by up to a quarter, so that many clients spread.
    pub(crate) fn fail(&mut self, now: Duration, ordered: Option<Duration>, random: f64) {
        let doubled = FIRST
            .saturating_mul(1 << self.failures.min(10))
            .min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        self.last = now;
        self.is_ordered = ordered.is_some();
        let ordered = ordered.map(|wait| wait.min(LONGEST_ORDERED));
        self.until = Some(now + ordered.unwrap_or_else(|| doubled.mul_f64(1.0 - random / 4.0)));
    }

    /// The server has answered.
    pub(crate) fn reset(&mut self) {
        *self = Self::default();
    }

    /// There is something new to send.
    pub(crate) fn hurry(&mut self, now: Duration) {
        if let Some(until) = self.until
            && !self.is_ordered
        {
            self.until = Some(until.min(now.max(self.last + BUSY)));
        }
    }

    /// The next try is due at `now`.
    pub(crate) fn retry_at(&mut self, now: Duration) {
        if let Some(until) = self.until {
            self.until = Some(until.min(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_seconds() {
        let mut backoff = Backoff::default();
        let waits: Vec<u128> = (0..8)
            .map(|_| {
                backoff.fail(Duration::ZERO, None, 0.0);
                backoff.until().unwrap().as_millis()
            })
            .collect();
        assert_eq!(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    }

    #[test]
    fn new_records_shorten_a_wait_that_the_server_did_not_order() {
        let mut backoff = Backoff::default();
        (0..8).for_each(|_| backoff.fail(Duration::ZERO, None, 0.0));
        backoff.hurry(Duration::from_millis(20));
        assert_eq!(backoff.until(), Some(BUSY));
        backoff.fail(Duration::ZERO, Some(Duration::from_secs(30)), 0.0);
        backoff.hurry(Duration::from_millis(20));
        assert_eq!(backoff.until(), Some(Duration::from_secs(30)));
    }
}
