//! A run as it is counted, in Rust and in the words of the database, which have to say the same.

use milliways_model::{StateType, Timestamp, Uuid};

use super::{HOUR, floor};
use crate::db::{DbError, Row};

/// The longest time that one run adds to a sum, three years: no client's word makes a sum that a row can't hold.
const LONGEST: i64 = 100_000_000_000_000;

/// What is added up over rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) count: i64,
    /// Microseconds by which runs started late.
    pub(super) lateness: i64,
    /// Microseconds that runs ran in states which are over.
    pub(super) run_time: i64,
    /// Of RUNNING runs: since when, from the beginning of the hour in which they were expected.
    pub(super) running_since: i64,
    /// How many neither started nor ended.
    pub(super) waiting: i64,
    /// Since when those wait, from the same moment on.
    pub(super) waiting_since: i64,
}

impl Sums {
    pub(super) fn one() -> Self {
        Self {
            count: 1,
            ..Self::default()
        }
    }

    pub(super) fn times(self, by: i64) -> Self {
        Self {
            count: self.count * by,
            lateness: self.lateness * by,
            run_time: self.run_time * by,
            running_since: self.running_since * by,
            waiting: self.waiting * by,
            waiting_since: self.waiting_since * by,
        }
    }

    /// What the columns of a count say, in the order of the fields.
    pub(crate) fn read(row: &mut Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            count: row.take()?,
            lateness: row.take()?,
            run_time: row.take()?,
            running_since: row.take()?,
            waiting: row.take()?,
            waiting_since: row.take()?,
        })
    }

    /// For how many microseconds runs of that type of state, counted in a span that begins at `start`, have run until
    /// now.
    pub(crate) fn run_time_at(&self, now: Timestamp, start: i64, kind: StateType) -> i128 {
        let running = match kind {
            StateType::Running => self.count,
            _ => 0,
        };
        i128::from(self.run_time) + since(now, start, running, self.running_since)
    }

    /// By how many microseconds they started late, or are late by now, being in a span that begins at `start`.
    pub(crate) fn lateness_at(&self, now: Timestamp, start: i64) -> i128 {
        let waiting = if start < now.as_micros() {
            since(now, start, self.waiting, self.waiting_since)
        } else {
            0
        };
        i128::from(self.lateness) + waiting
    }

    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.lateness += other.lateness;
        self.run_time += other.run_time;
        self.running_since += other.running_since;
        self.waiting += other.waiting;
        self.waiting_since += other.waiting_since;
    }
}

/// The time that has gone by for so many runs, whose times are kept from the beginning of the hour on.
fn since(now: Timestamp, start: i64, count: i64, micros: i64) -> i128 {
    let hour = floor(start, HOUR);
    i128::from(count) * i128::from(now.as_micros() - hour) - i128::from(micros)
}

/// A run as it is counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunEntry {
    pub(crate) state: Option<(StateType, String)>,
    /// Since when it is in that state.
    pub(crate) since: Option<Timestamp>,
    pub(crate) expected: Option<Timestamp>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
    /// Seconds spent RUNNING in states that are over.
    pub(crate) run_time: f64,
    /// The flow, the deployment and the queue of a flow run.
    pub(crate) owners: [Option<Uuid>; 3],
}

impl RunEntry {
    /// The type and the name of the state, empty where there is none.
    pub(super) fn state_words(&self) -> (&str, &str) {
        self.state
            .as_ref()
            .map_or(("", ""), |(kind, name)| (kind.as_str(), name.as_str()))
    }

    pub(super) fn started(&self) -> Option<Timestamp> {
        self.start.or(self.expected)
    }

    pub(super) fn lateness(&self) -> i64 {
        match (self.start, self.expected) {
            (Some(start), Some(expected)) => {
                (start.as_micros() - expected.as_micros()).clamp(0, LONGEST)
            }
            _ => 0,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "float to int casts saturate, then clamp"
    )]
    pub(super) fn sums(&self) -> Sums {
        let hour = self
            .expected
            .map_or(0, |expected| floor(expected.as_micros(), HOUR));
        let is_running = matches!(self.state, Some((StateType::Running, _)));
        let since = self.since.filter(|_| is_running && self.expected.is_some());
        let waits = self.start.is_none() && self.end.is_none();
        let expected = self.expected.filter(|_| waits);
        Sums {
            count: 1,
            lateness: self.lateness(),
            run_time: ((self.run_time * 1e6).round() as i64).clamp(0, LONGEST),
            running_since: since.map_or(0, |since| {
                (since.as_micros() - hour).clamp(-LONGEST, LONGEST)
            }),
            waiting: i64::from(expected.is_some()),
            waiting_since: expected.map_or(0, |expected| expected.as_micros() - hour),
        }
    }
}

/// [`RunEntry::lateness`] of a row of that alias. Of flow runs `started` may be looked at in place of `start_time`: it is
/// the time in which they were expected to start where they have not.
macro_rules! lateness {
    ($alias:literal) => {
        $crate::tally::lateness!($alias, ".start_time")
    };
    ($alias:literal, $start:literal) => {
        concat!(
            "CASE WHEN ",
            $alias,
            $start,
            " - ",
            $alias,
            ".expected_start_time > 100000000000000 THEN 100000000000000 \
             WHEN ",
            $alias,
            $start,
            " > ",
            $alias,
            ".expected_start_time THEN ",
            $alias,
            $start,
            " - ",
            $alias,
            ".expected_start_time ELSE 0 END"
        )
    };
}
pub(crate) use lateness;

/// The time that a row of that alias ran, as [`RunEntry::sums`] gives it.
macro_rules! run_time {
    ($alias:literal) => {
        concat!(
            "CASE WHEN ",
            $alias,
            ".total_run_time > 100000000 THEN 100000000000000 WHEN ",
            $alias,
            ".total_run_time > 0 \
             THEN CAST(ROUND(",
            $alias,
            ".total_run_time * 1000000) AS BIGINT) ELSE 0 END"
        )
    };
}
pub(crate) use run_time;
