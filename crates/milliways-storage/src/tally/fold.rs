//! Counts that can go: most runs leave the states through which they go, and all of them go in the end. What several
//! writers counted of one span is put together, for one has counted who came and another who went.
//!
//! No index knows them, for it would be written with every state. All counts are looked at instead, so many at a time.

use std::collections::BTreeMap;

use milliways_model::{Timestamp, Uuid};

use super::entry::Sums;
use super::{ADD, About, Key, NEVER, owners};
use crate::db::{Conn, DbError, Row, Tx, Value, params};

const KEY: &str = "c.workspace_id, c.about, c.width, c.start, c.kind, c.name";
const SUMS: [&str; 6] = [
    "count",
    "lateness",
    "run_time",
    "running_since",
    "waiting",
    "waiting_since",
];

/// The next `most` rows after a position. The number stands in the text: plans are kept, and have to be made for a few
/// rows.
fn next_rows(columns: &str, most: i64) -> String {
    format!(
        "SELECT {columns} FROM tally c WHERE ({KEY}) > (?1, ?2, ?3, ?4, ?5, ?6) ORDER BY {KEY} LIMIT {most}"
    )
}

/// Deletes the rows of spans up to a position, begun before a moment, that count nothing or are counted in several
/// rows.
fn take(most: i64) -> String {
    let is_nothing = SUMS.map(|sum| format!("SUM(c.{sum}) = 0")).join(" AND ");
    format!(
        "DELETE FROM tally WHERE (workspace_id, about, width, start, kind, name) IN (SELECT {KEY} FROM ({}) c \
         WHERE ({KEY}) <= (?7, ?8, ?9, ?10, ?11, ?12) AND c.start > ?13 AND c.start < ?14 \
         GROUP BY {KEY} HAVING COUNT(*) > 1 OR {is_nothing}) \
         RETURNING workspace_id, about, width, start, kind, name, {}",
        next_rows("c.*", most),
        SUMS.join(", ")
    )
}

/// How far the counts were looked through: those of spans of time, then those of flows, deployments and queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountPosition(Place);

impl CountPosition {
    /// Before every row.
    pub const FIRST: Self = Self(Place::Spans(SpanPosition::FIRST));
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Spans(SpanPosition),
    Owners(owners::Key),
}

/// Up to those of this span, state or event.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SpanPosition {
    workspace: Uuid,
    about: i64,
    width: i64,
    start: i64,
    kind: String,
    name: String,
}

impl SpanPosition {
    /// Before every row.
    const FIRST: Self = Self {
        workspace: Uuid::nil(),
        about: 0,
        width: 0,
        start: 0,
        kind: String::new(),
        name: String::new(),
    };

    /// After every row.
    const LAST: Self = Self {
        workspace: Uuid::max(),
        about: i64::MAX,
        width: 0,
        start: 0,
        kind: String::new(),
        name: String::new(),
    };

    fn read(row: &mut Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            workspace: row.take()?,
            about: row.take()?,
            width: row.take()?,
            start: row.take()?,
            kind: row.take()?,
            name: row.take()?,
        })
    }

    /// Whether the span has a time, and began before a moment: next to nothing is added to it any more.
    fn is_over(&self, before: Timestamp) -> bool {
        self.start > NEVER && self.start < before.as_micros()
    }

    fn values(&self) -> [Value<'_>; 6] {
        params![
            self.workspace,
            self.about,
            self.width,
            self.start,
            &self.kind,
            &self.name
        ]
    }

    fn into_key(self) -> Result<Key, DbError> {
        let about = About::numbered(self.about);
        Ok(Key {
            workspace: self.workspace,
            about: about
                .ok_or_else(|| DbError::corrupt("a count of what nobody counts".to_owned()))?,
            width: self.width,
            start: self.start,
            kind: self.kind,
            name: self.name,
        })
    }
}

/// What was found among counts.
pub(crate) struct Found {
    what: What,
    /// From where on there is more to look at.
    pub(crate) next: Option<CountPosition>,
}

enum What {
    /// Spans that count nothing, or are counted in several rows, and how many.
    Spans(Range, usize),
    /// Whose runs in which states there are none of.
    Owners(Vec<owners::Key>),
}

/// The next `most` rows after a position, up to another, of spans that began before a moment.
struct Range {
    after: SpanPosition,
    to: SpanPosition,
    before: Timestamp,
    most: i64,
}

impl Found {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match &self.what {
            What::Spans(_, spans) => *spans,
            What::Owners(owners) => owners.len(),
        }
    }
}

impl Range {
    fn values(&self) -> Vec<Value<'_>> {
        let mut values = Vec::from(self.after.values());
        values.extend(self.to.values());
        values.extend(params![NEVER, self.before]);
        values
    }
}

/// Looks at the next `most` rows, of spans those that began before a moment.
pub(crate) async fn find(
    conn: &Conn,
    after: CountPosition,
    before: Timestamp,
    most: i64,
) -> Result<Found, DbError> {
    match after.0 {
        Place::Spans(after) => find_spans(conn, after, before, most).await,
        Place::Owners(after) => {
            let (empty, next) = owners::find_empty(conn, &after, most).await?;
            Ok(Found {
                what: What::Owners(empty),
                next: next.map(|next| CountPosition(Place::Owners(next))),
            })
        }
    }
}

async fn find_spans(
    conn: &Conn,
    after: SpanPosition,
    before: Timestamp,
    most: i64,
) -> Result<Found, DbError> {
    let columns = format!("{KEY}, c.{}", SUMS.join(", c."));
    let (text, values) = (next_rows(&columns, most), after.values());
    let rows = conn.query(&text, &values, read).await?;
    let (spans, next) = sum_up(rows, most, Sums::add);
    let can_go = |(position, sums, rows): &&(SpanPosition, Sums, usize)| {
        position.is_over(before) && (*rows > 1 || *sums == Sums::default())
    };
    let range = Range {
        to: next.clone().unwrap_or(SpanPosition::LAST),
        after,
        before,
        most,
    };
    let next = next.map_or(Place::Owners(owners::Key::FIRST), Place::Spans);
    Ok(Found {
        what: What::Spans(range, spans.iter().filter(can_go).count()),
        next: Some(CountPosition(next)),
    })
}

/// The sums of rows that follow each other and have one key, with how many those are, of at most `most` rows that were
/// asked for; and after which key there may be more.
pub(super) fn sum_up<K: Clone + PartialEq, S>(
    rows: Vec<(K, S)>,
    most: i64,
    add: impl Fn(&mut S, S),
) -> (Vec<(K, S, usize)>, Option<K>) {
    let is_more = i64::try_from(rows.len()).unwrap_or(most) >= most;
    let mut sums: Vec<(K, S, usize)> = Vec::new();
    for (key, one) in rows {
        match sums.last_mut() {
            Some((last, sum, rows)) if *last == key => {
                add(sum, one);
                *rows += 1;
            }
            _ => sums.push((key, one, 1)),
        }
    }
    // Of the last one there may be more rows; it is left for the next time, unless there is no other.
    if is_more && sums.len() > 1 {
        sums.pop();
    }
    let last = sums.last().map(|(key, ..)| key.clone());
    (sums, last.filter(|_| is_more))
}

fn read(row: &mut Row<'_>) -> Result<(SpanPosition, Sums), DbError> {
    Ok((SpanPosition::read(row)?, Sums::read(row)?))
}

/// Deletes what counts nothing, and puts together what is counted in several rows; gives how many rows there are less.
pub(crate) async fn fold(tx: &Tx<'_>, found: &Found) -> Result<u64, DbError> {
    match &found.what {
        What::Spans(range, _) => fold_spans(tx, range).await,
        What::Owners(empty) => owners::delete_empty(tx, empty).await,
    }
}

async fn fold_spans(tx: &Tx<'_>, range: &Range) -> Result<u64, DbError> {
    let taken = tx.query(&take(range.most), &range.values(), read).await?;
    let rows = taken.len();
    let mut left: BTreeMap<Key, Sums> = BTreeMap::new();
    for (position, sums) in taken {
        left.entry(position.into_key()?).or_default().add(sums);
    }
    left.retain(|_, sums| *sums != Sums::default());
    let shard = tx.shard();
    let kept = left.iter().map(|(key, sums)| key.row(shard, *sums));
    let kept: Vec<_> = kept.collect();
    let less = (rows - kept.len()) as u64;
    tx.bulk(&ADD, &kept).await?;
    Ok(less)
}
