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

/// How far the counts were looked through: up to those of this span, state or event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountPosition {
    workspace: Uuid,
    about: i64,
    width: i64,
    start: i64,
    kind: String,
    name: String,
}

impl CountPosition {
    /// Before every row.
    pub const FIRST: Self = Self {
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
    after: CountPosition,
    to: CountPosition,
    before: Timestamp,
    most: i64,
    /// Spans that count nothing, or are counted in several rows.
    spans: usize,
    owners: Vec<owners::Key>,
    /// From where on there is more to look at.
    pub(crate) next: Option<CountPosition>,
}

impl Found {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.spans + self.owners.len()
    }

    fn values(&self) -> Vec<Value<'_>> {
        let mut values = Vec::from(self.after.values());
        values.extend(self.to.values());
        values.extend(params![NEVER, self.before]);
        values
    }
}

/// Looks at the next `most` rows, those of spans that began before a moment, and after the last one at those of flows
/// and deployments.
pub(crate) async fn find(
    conn: &Conn,
    after: CountPosition,
    before: Timestamp,
    most: i64,
) -> Result<Found, DbError> {
    let columns = format!("{KEY}, c.{}", SUMS.join(", c."));
    let (text, values) = (next_rows(&columns, most), after.values());
    let rows = conn.query(&text, &values, read).await?;
    let is_more = i64::try_from(rows.len()).unwrap_or(most) >= most;
    let mut spans: Vec<(CountPosition, Sums, usize)> = Vec::new();
    for (position, sums) in rows {
        match spans.last_mut() {
            Some((last, sum, rows)) if *last == position => {
                sum.add(sums);
                *rows += 1;
            }
            _ => spans.push((position, sums, 1)),
        }
    }
    // Of the last one there may be more rows; it is left for the next time, unless there is no other.
    if is_more && spans.len() > 1 {
        spans.pop();
    }
    let last = spans.last().map(|(position, ..)| position.clone());
    let next = last.filter(|_| is_more);
    let can_go = |(position, sums, rows): &&(CountPosition, Sums, usize)| {
        position.is_over(before) && (*rows > 1 || *sums == Sums::default())
    };
    let mut found = Found {
        to: next.clone().unwrap_or(CountPosition::LAST),
        after,
        before,
        most,
        spans: spans.iter().filter(can_go).count(),
        owners: Vec::new(),
        next,
    };
    if found.next.is_none() {
        found.owners = owners::find_empty(conn, most).await?;
        let is_more = i64::try_from(found.owners.len()).unwrap_or(most) >= most;
        found.next = is_more.then_some(CountPosition::LAST);
    }
    Ok(found)
}

fn read(row: &mut Row<'_>) -> Result<(CountPosition, Sums), DbError> {
    Ok((CountPosition::read(row)?, Sums::read(row)?))
}

/// Deletes what counts nothing, and puts together what is counted in several rows; gives how many rows there are less.
pub(crate) async fn fold(tx: &Tx<'_>, found: &Found) -> Result<u64, DbError> {
    let values = found.values();
    let taken = tx.query(&take(found.most), &values, read).await?;
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
    Ok(less + owners::delete_empty(tx, &found.owners).await?)
}
