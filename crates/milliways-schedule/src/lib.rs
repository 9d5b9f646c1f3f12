//! Schedules: intervals, cron patterns and recurrence rules of iCalendar on civil time.
//!
//! A [`Schedule`] is read once, and refused where it makes no sense; then it gives the moments at which it fires,
//! from any moment on. It owns no clock. No call looks at more than a bounded number of candidates, whatever the
//! schedule: [`MOST_DATES`] dates, and for rules a budget of steps on the way to them.
//!
//! What Prefect's server does with the same schedule is what happens here; `tests/golden.rs` holds both together.
//! To add a kind of schedule: a file with its parser and its iterator of moments, and a variant of [`Schedule`].

mod cron;
mod error;
mod interval;
mod recurrence;
mod zone;

use jiff::Timestamp;

pub use cron::Cron;
pub use error::Error;
pub use interval::Interval;
pub use recurrence::{Recurrence, anchored};
pub use zone::{Zone, zone};

/// How many dates one call gives at most.
pub const MOST_DATES: usize = 1_000;

/// When something happens again and again.
#[derive(Clone, Debug)]
pub enum Schedule {
    /// Every so often.
    Interval(Interval),
    /// By a cron pattern.
    Cron(Box<Cron>),
    /// By recurrence rules of iCalendar.
    Recurrence(Recurrence),
}

impl Schedule {
    /// The moments from `start` on (included), in the order in which the schedule comes upon them: ascending but
    /// for an hour that a change of clocks skips. Each comes once.
    pub fn dates(&self, start: Timestamp) -> Dates<'_> {
        let candidates: Box<dyn Iterator<Item = Timestamp> + '_> = match self {
            Self::Interval(interval) => Box::new(interval.dates(start)),
            Self::Cron(cron) => Box::new(cron.dates(start)),
            Self::Recurrence(recurrence) => Box::new(recurrence.dates(start)),
        };
        Dates {
            candidates,
            start,
            // The reference looks at one more than it counts, and one before.
            left: MOST_DATES + 2,
            recent: Vec::new(),
        }
    }
}

/// The moments at which a schedule fires.
pub struct Dates<'s> {
    candidates: Box<dyn Iterator<Item = Timestamp> + 's>,
    start: Timestamp,
    left: usize,
    recent: Vec<Timestamp>,
}

impl Iterator for Dates<'_> {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        while self.left > 0 {
            self.left -= 1;
            let date = self.candidates.next()?;
            if date < self.start || self.recent.contains(&date) {
                continue;
            }
            // Repeats come within an hour that was skipped; further back than any of them nobody has to look.
            let horizon = date - jiff::SignedDuration::from_hours(6);
            self.recent.retain(|seen| *seen >= horizon);
            self.recent.push(date);
            return Some(date);
        }
        None
    }
}

#[cfg(test)]
mod tests;
