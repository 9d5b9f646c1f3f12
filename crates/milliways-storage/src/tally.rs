//! Counts that dashboards ask for, kept beside the rows that they count and in the same transaction.
//!
//! Rows are counted by the spans of time in which they fall (ten seconds to a day), and by what lists are narrowed
//! down by: flow runs by when they started or will (`started`), task runs by their start, both once more by when they
//! were expected to, all by type and name of their state; events by when they occurred, by name and, of those that are
//! states, type, and all together. What a transaction adds and takes is summed up and written once, at its end.
//! Several writers share a database: each adds to rows of its own ([`Conn::shard`]), so that none waits for another; a
//! count is the sum of them.
//!
//! [`answer`] counts from these rows, and looks at the counted rows themselves only at the ends of a span; [`cut`]
//! says which of them make up the parts of a history.

mod answer;
mod cut;
mod entry;
pub(crate) mod fold;
pub(crate) mod owners;
mod rebuild;

use std::cell::RefCell;
use std::collections::BTreeMap;

use milliways_model::{Timestamp, Uuid, WorkspaceId};

use crate::db::{Bulk, Conn, DbError, Kind, Value};

#[cfg(test)]
pub(crate) use answer::STATEMENTS as ANSWER_STATEMENTS;
pub(crate) use answer::{
    Counted, Named, Part, Span, count, count_by_time, ends, named, names, parts, types_named,
};
pub(crate) use cut::{Cut, Layers, Piece};
pub(crate) use entry::{RunEntry, Sums, lateness, run_time};
pub use fold::CountPosition;
#[cfg(test)]
pub(crate) use rebuild::STATEMENTS as REBUILD_STATEMENTS;
pub(crate) use rebuild::differences;

/// The lengths of the spans that rows are counted in, in microseconds.
const TEN_SECONDS: i64 = 10_000_000;
pub(crate) const MINUTE: i64 = 6 * TEN_SECONDS;
pub(crate) const FIVE_MINUTES: i64 = 5 * MINUTE;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;
/// The beginning of the span of rows that have no time.
pub(crate) const NEVER: i64 = i64::MIN;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    FlowRuns = 1,
    TaskRuns = 2,
    Events = 3,
    /// By when they were expected to start, with what a history shows of them.
    ExpectedFlowRuns = 4,
    ExpectedTaskRuns = 5,
    /// Whatever they are named: a chart of all of them has not to add up the counts of each name.
    AllEvents = 6,
}

impl About {
    const ALL: [Self; 6] = [
        Self::FlowRuns,
        Self::TaskRuns,
        Self::Events,
        Self::ExpectedFlowRuns,
        Self::ExpectedTaskRuns,
        Self::AllEvents,
    ];

    pub(crate) fn number(self) -> i64 {
        self as i64
    }

    fn numbered(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.number() == number)
    }

    /// The lengths of the spans, ascending: each is a part of the next one. The shortest one says how many rows are
    /// looked at where what is asked for begins or ends in the middle of things. Histories are cut at hundreds of
    /// moments: there the rows of ten seconds are looked at. To count seconds as well would make as many rows of counts
    /// as there are runs, and each costs as much to read.
    pub(crate) fn widths(self) -> &'static [i64] {
        match self {
            Self::FlowRuns => &[FIVE_MINUTES, HOUR, DAY],
            Self::TaskRuns | Self::Events | Self::AllEvents => {
                &[TEN_SECONDS, FIVE_MINUTES, HOUR, DAY]
            }
            Self::ExpectedFlowRuns | Self::ExpectedTaskRuns => {
                &[TEN_SECONDS, MINUTE, FIVE_MINUTES, HOUR]
            }
        }
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

impl Key {
    /// The values of [`COLUMNS`].
    fn row(&self, shard: i64, sums: Sums) -> Vec<Value<'_>> {
        vec![
            self.workspace.into(),
            self.about.number().into(),
            self.width.into(),
            self.start.into(),
            (&self.kind).into(),
            (&self.name).into(),
            shard.into(),
            sums.count.into(),
            sums.lateness.into(),
            sums.run_time.into(),
            sums.running_since.into(),
            sums.waiting.into(),
            sums.waiting_since.into(),
        ]
    }
}

/// What an open transaction adds and takes.
#[derive(Default)]
pub(crate) struct Tallies {
    changes: RefCell<BTreeMap<Key, Sums>>,
    owners: RefCell<owners::Changes>,
}

impl Tallies {
    /// A flow run is there (`by` is 1) or gone (-1).
    pub(crate) fn flow_run(&self, workspace: WorkspaceId, entry: &RunEntry, by: i64) {
        let late = Sums {
            count: 1,
            lateness: entry.lateness(),
            ..Sums::default()
        };
        self.run(workspace, About::FlowRuns, entry, entry.started(), late, by);
        let (at, all) = (entry.expected, entry.sums());
        self.run(workspace, About::ExpectedFlowRuns, entry, at, all, by);
        for owner in entry.owners.iter().flatten() {
            self.owner(workspace, *owner, entry, by);
        }
    }

    /// A flow run belongs to one more (`by` is 1) or to one less (-1).
    pub(crate) fn owner(&self, workspace: WorkspaceId, owner: Uuid, entry: &RunEntry, by: i64) {
        let runs = owners::Runs {
            count: by,
            lateness: entry.lateness() * by,
        };
        let mut owners = self.owners.borrow_mut();
        owners.add(workspace, owner, entry.expected, entry.state_words(), runs);
    }

    /// A task run is there (`by` is 1) or gone (-1).
    pub(crate) fn task_run(&self, workspace: WorkspaceId, entry: &RunEntry, by: i64) {
        let at = entry.start;
        self.run(workspace, About::TaskRuns, entry, at, Sums::one(), by);
        let (at, all) = (entry.expected, entry.sums());
        self.run(workspace, About::ExpectedTaskRuns, entry, at, all, by);
    }

    fn run(
        &self,
        workspace: WorkspaceId,
        about: About,
        entry: &RunEntry,
        at: Option<Timestamp>,
        sums: Sums,
        by: i64,
    ) {
        let (kind, name) = entry.state_words();
        self.add(workspace, about, at, kind, name, sums.times(by));
    }

    /// An event is there (`by` is 1) or gone (-1). `kind` is the type of a state, empty for other events.
    pub(crate) fn event(
        &self,
        workspace: WorkspaceId,
        occurred: Timestamp,
        kind: &str,
        name: &str,
        by: i64,
    ) {
        let (at, sums) = (Some(occurred), Sums::one().times(by));
        self.add(workspace, About::Events, at, kind, name, sums);
        self.add(workspace, About::AllEvents, at, "", "", sums);
    }

    fn add(
        &self,
        workspace: WorkspaceId,
        about: About,
        at: Option<Timestamp>,
        kind: &str,
        name: &str,
        sums: Sums,
    ) {
        let width = about.widths()[0];
        let key = Key {
            workspace: workspace.0,
            about,
            width,
            start: at.map_or(NEVER, |at| floor(at.as_micros(), width)),
            kind: kind.to_owned(),
            name: name.to_owned(),
        };
        self.changes.borrow_mut().entry(key).or_default().add(sums);
    }

    /// Writes what has changed, in key order.
    pub(crate) fn flush(&self, conn: &Conn) -> Result<(), DbError> {
        std::mem::take(&mut *self.owners.borrow_mut()).flush(conn)?;
        let mut all = std::mem::take(&mut *self.changes.borrow_mut());
        // What was taken and given back in one transaction has not changed.
        all.retain(|_, sums| *sums != Sums::default());
        if all.is_empty() {
            return Ok(());
        }
        for (key, sums) in all.clone() {
            for width in &key.about.widths()[1..] {
                let mut key = key.clone();
                key.width = *width;
                if key.start != NEVER {
                    key.start = floor(key.start, *width);
                }
                all.entry(key).or_default().add(sums);
            }
        }
        all.retain(|_, sums| *sums != Sums::default());
        let shard = conn.shard();
        let rows: Vec<Vec<Value<'_>>> = all
            .iter()
            .map(|(key, sums)| key.row(shard, *sums))
            .collect();
        conn.bulk_later(&ADD, rows)
    }
}

/// The key of a row, the shard included, then the [`Sums`].
const COLUMNS: [(&str, Kind); 13] = [
    ("workspace_id", Kind::Uuid),
    ("about", Kind::Int),
    ("width", Kind::Int),
    ("start", Kind::Int),
    ("kind", Kind::Text),
    ("name", Kind::Text),
    ("shard", Kind::Int),
    ("count", Kind::Int),
    ("lateness", Kind::Int),
    ("run_time", Kind::Int),
    ("running_since", Kind::Int),
    ("waiting", Kind::Int),
    ("waiting_since", Kind::Int),
];

static ADD: Bulk = Bulk::insert(
    "tally",
    &COLUMNS,
    "ON CONFLICT (workspace_id, about, width, start, kind, name, shard) DO UPDATE \
     SET count = tally.count + excluded.count, lateness = tally.lateness + excluded.lateness, \
     run_time = tally.run_time + excluded.run_time, running_since = tally.running_since + excluded.running_since, \
     waiting = tally.waiting + excluded.waiting, waiting_since = tally.waiting_since + excluded.waiting_since",
);

/// The beginning of the span of that width in which a moment falls.
pub(crate) fn floor(micros: i64, width: i64) -> i64 {
    micros.div_euclid(width) * width
}
