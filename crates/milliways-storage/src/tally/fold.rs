//! Counts that can go: most runs leave the states through which they go, and all of them go in the end. What several
//! writers counted of one span is put together, for one has counted who came and another who went.
//!
//! No index knows them, for it would be written with every state. All counts are looked at instead, so many at a time.

use std::collections::BTreeMap;

use milliways_model::{Timestamp, Uuid};

use super::entry::Sums;
use super::{ADD, About, Key, NEVER, owners};
use crate::db::{Conn, DbError, Row, Tx, Value, params, statements};

/// Spans between two positions that began before a moment, and that count nothing or are counted in several rows.
macro_rules! between {
    ($select:literal) => {
        concat!(
            $select,
            " FROM tally c WHERE (c.workspace_id, c.about, c.width, c.start, c.kind, c.name) > (?1, ?2, ?3, ?4, ?5, ?6)
            AND (c.workspace_id, c.about, c.width, c.start, c.kind, c.name) <= (?7, ?8, ?9, ?10, ?11, ?12)
            AND c.start > ?13 AND c.start < ?14
            GROUP BY c.workspace_id, c.about, c.width, c.start, c.kind, c.name
            HAVING COUNT(*) > 1 OR SUM(c.count) = 0 AND SUM(c.lateness) = 0 AND SUM(c.run_time) = 0
            AND SUM(c.running_since) = 0 AND SUM(c.waiting) = 0 AND SUM(c.waiting_since) = 0"
        )
    };
}

statements! {
    AHEAD = "SELECT c.workspace_id, c.about, c.width, c.start, c.kind, c.name FROM tally c
        WHERE (c.workspace_id, c.about, c.width, c.start, c.kind, c.name) > (?1, ?2, ?3, ?4, ?5, ?6)
        ORDER BY c.workspace_id, c.about, c.width, c.start, c.kind, c.name LIMIT 1 OFFSET ?7";
    FIND = concat!("SELECT COUNT(*) FROM (", between!("SELECT c.start"), ") q");
    TAKE = concat!(
        "DELETE FROM tally WHERE (workspace_id, about, width, start, kind, name) IN (",
        between!("SELECT c.workspace_id, c.about, c.width, c.start, c.kind, c.name"),
        ") RETURNING workspace_id, about, width, start, kind, name, count, lateness, run_time, running_since, waiting,
        waiting_since"
    );
}

/// How far the counts were looked through: up to those of this span, state or event.
#[derive(Clone, Debug)]
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
    /// Spans that count nothing, or are counted in several rows.
    spans: i64,
    owners: Vec<owners::Key>,
    /// From where on there is more to look at.
    pub(crate) next: Option<CountPosition>,
}

impl Found {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.spans).unwrap_or(0) + self.owners.len()
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
    let mut values = Vec::from(after.values());
    values.push((most - 1).into());
    let next = conn.query_one(&AHEAD, &values, CountPosition::read).await?;
    let mut found = Found {
        to: next.clone().unwrap_or(CountPosition::LAST),
        after,
        before,
        spans: 0,
        owners: Vec::new(),
        next,
    };
    let values = found.values();
    let spans = conn.query_one(&FIND, &values, |row| row.take());
    found.spans = spans.await?.unwrap_or(0);
    if found.next.is_none() {
        found.owners = owners::find_empty(conn, most).await?;
        let is_more = i64::try_from(found.owners.len()).unwrap_or(most) >= most;
        found.next = is_more.then_some(CountPosition::LAST);
    }
    Ok(found)
}

/// Deletes what counts nothing, and puts together what is counted in several rows; gives how many rows there are less.
pub(crate) async fn fold(tx: &Tx<'_>, found: &Found) -> Result<u64, DbError> {
    let values = found.values();
    let taken = tx.query(&TAKE, &values, |row| {
        let key = CountPosition::read(row)?.into_key()?;
        let sums = Sums {
            count: row.take()?,
            lateness: row.take()?,
            run_time: row.take()?,
            running_since: row.take()?,
            waiting: row.take()?,
            waiting_since: row.take()?,
        };
        Ok((key, sums))
    });
    let taken = taken.await?;
    let rows = taken.len();
    let mut left: BTreeMap<Key, Sums> = BTreeMap::new();
    for (key, sums) in taken {
        left.entry(key).or_default().add(sums);
    }
    left.retain(|_, sums| *sums != Sums::default());
    let shard = tx.shard();
    let kept = left.iter().map(|(key, sums)| key.row(shard, *sums));
    let kept: Vec<_> = kept.collect();
    let less = (rows - kept.len()) as u64;
    tx.bulk(&ADD, &kept).await?;
    Ok(less + owners::delete_empty(tx, &found.owners).await?)
}
