//! Counts that dashboards ask for, kept beside the rows that they count and in the same transaction.
//!
//! Rows are counted by the hour and by the day in which they fall, and by what lists are narrowed down by: flow
//! runs by when they started or will (`started`), task runs by their start, both by type and name of their state;
//! events by when they occurred, by name. What a transaction adds and takes is summed up and written once, at
//! its end. Several writers share a database: each adds to rows of its own ([`Conn::shard`]), so that none waits
//! for another; a count is the sum of them.
//!
//! [`answer`] counts from these rows, and looks at the counted rows themselves only at the ends of a span.

mod answer;
mod rebuild;

use std::cell::RefCell;
use std::collections::BTreeMap;

use milliways_model::{StateType, Timestamp, Uuid, WorkspaceId};

use crate::db::{Bulk, Conn, DbError, Kind, Value};

pub(crate) use answer::{Counted, Span, count};
#[cfg(test)]
pub(crate) use rebuild::STATEMENTS as REBUILD_STATEMENTS;
pub(crate) use rebuild::differences;

const MICROS: i64 = 1_000_000;
/// The lengths of the spans that rows are counted in, in microseconds.
pub(crate) const HOUR: i64 = 3_600 * MICROS;
pub(crate) const DAY: i64 = 24 * HOUR;
/// The beginning of the span of rows that have no time.
pub(crate) const NEVER: i64 = i64::MIN;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    FlowRuns = 1,
    TaskRuns = 2,
    Events = 3,
}

impl About {
    pub(crate) fn number(self) -> i64 {
        self as i64
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    workspace: Uuid,
    about: About,
    width: i64,
    start: i64,
    kind: String,
    name: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Change {
    count: i64,
    lateness: i64,
}

/// What an open transaction adds and takes.
#[derive(Default)]
pub(crate) struct Tallies {
    changes: RefCell<BTreeMap<Key, Change>>,
}

/// A run as it is counted: its state, the time that it is counted at, how late it started.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunEntry {
    pub(crate) state: Option<(StateType, String)>,
    pub(crate) at: Option<Timestamp>,
    /// Microseconds between the time at which it should have started and the one at which it did.
    pub(crate) lateness: i64,
}

impl RunEntry {
    /// A flow run with these times.
    pub(crate) fn flow_run(
        state: Option<(StateType, String)>,
        started: Option<Timestamp>,
        start: Option<Timestamp>,
        expected: Option<Timestamp>,
    ) -> Self {
        let lateness = match (start, expected) {
            (Some(start), Some(expected)) => (start.as_micros() - expected.as_micros()).max(0),
            _ => 0,
        };
        Self {
            state,
            at: started,
            lateness,
        }
    }

    /// A task run that started then.
    pub(crate) fn task_run(state: Option<(StateType, String)>, start: Option<Timestamp>) -> Self {
        Self {
            state,
            at: start,
            lateness: 0,
        }
    }
}

impl Tallies {
    /// A run is there (`by` is 1) or gone (-1).
    pub(crate) fn run(&self, workspace: WorkspaceId, about: About, entry: &RunEntry, by: i64) {
        let (kind, name) = entry
            .state
            .as_ref()
            .map_or(("", ""), |(kind, name)| (kind.as_str(), name.as_str()));
        let change = Change {
            count: by,
            lateness: entry.lateness * by,
        };
        self.add(workspace, about, entry.at, kind, name, change);
    }

    /// A run is counted otherwise than before.
    pub(crate) fn moved(
        &self,
        workspace: WorkspaceId,
        about: About,
        before: &RunEntry,
        after: &RunEntry,
    ) {
        if before != after {
            self.run(workspace, about, before, -1);
            self.run(workspace, about, after, 1);
        }
    }

    /// Events of a name are there (`by` is 1) or gone (-1).
    pub(crate) fn event(&self, workspace: WorkspaceId, occurred: Timestamp, name: &str, by: i64) {
        let change = Change {
            count: by,
            lateness: 0,
        };
        self.add(workspace, About::Events, Some(occurred), "", name, change);
    }

    fn add(
        &self,
        workspace: WorkspaceId,
        about: About,
        at: Option<Timestamp>,
        kind: &str,
        name: &str,
        change: Change,
    ) {
        let start = at.map_or(NEVER, |at| floor(at.as_micros(), HOUR));
        let key = Key {
            workspace: workspace.0,
            about,
            width: HOUR,
            start,
            kind: kind.to_owned(),
            name: name.to_owned(),
        };
        let mut changes = self.changes.borrow_mut();
        let sum = changes.entry(key).or_default();
        sum.count += change.count;
        sum.lateness += change.lateness;
    }

    /// Writes what has changed, in key order.
    pub(crate) fn flush(&self, conn: &Conn) -> Result<(), DbError> {
        let mut all = std::mem::take(&mut *self.changes.borrow_mut());
        if all.is_empty() {
            return Ok(());
        }
        for (key, change) in all.clone() {
            let mut key = key;
            key.width = DAY;
            if key.start != NEVER {
                key.start = floor(key.start, DAY);
            }
            let sum = all.entry(key).or_default();
            sum.count += change.count;
            sum.lateness += change.lateness;
        }
        all.retain(|_, change| *change != Change::default());
        let shard = conn.shard();
        let rows: Vec<Vec<Value<'_>>> = all
            .iter()
            .map(|(key, change)| {
                vec![
                    key.workspace.into(),
                    key.about.number().into(),
                    key.width.into(),
                    key.start.into(),
                    (&key.kind).into(),
                    (&key.name).into(),
                    shard.into(),
                    change.count.into(),
                    change.lateness.into(),
                ]
            })
            .collect();
        conn.bulk_later(&ADD, rows)
    }
}

static ADD: Bulk = Bulk::insert(
    "tally",
    &[
        ("workspace_id", Kind::Uuid),
        ("about", Kind::Int),
        ("width", Kind::Int),
        ("start", Kind::Int),
        ("kind", Kind::Text),
        ("name", Kind::Text),
        ("shard", Kind::Int),
        ("count", Kind::Int),
        ("lateness", Kind::Int),
    ],
    "ON CONFLICT (workspace_id, about, width, start, kind, name, shard) DO UPDATE \
     SET count = tally.count + excluded.count, lateness = tally.lateness + excluded.lateness",
);

/// The beginning of the span of that width in which a moment falls.
pub(crate) fn floor(micros: i64, width: i64) -> i64 {
    micros.div_euclid(width) * width
}
