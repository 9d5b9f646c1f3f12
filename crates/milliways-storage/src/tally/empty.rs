//! Counts of nothing: most runs leave the states through which they go, and all of them go in the end.

use milliways_model::Timestamp;

use super::entry::Sums;
use super::{About, COLUMNS, Key, NEVER, owners};
use crate::db::{Bulk, Conn, DbError, Tx, Value, params, statements};

statements! {
    FIND = "SELECT c.workspace_id, c.about, c.width, c.start, c.kind, c.name, c.shard FROM tally c
        WHERE c.start > ?1 AND c.start < ?2 AND c.count = 0 AND c.lateness = 0 AND c.run_time = 0
        AND c.running_since = 0 AND c.waiting = 0 AND c.waiting_since = 0 LIMIT ?3";
}

/// A row that was found empty goes if it still is.
static DELETE: Bulk = Bulk::delete("tally", &COLUMNS);

/// Rows that were found to count nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Empty {
    spans: Vec<(Key, i64)>,
    owners: Vec<owners::Empty>,
}

impl Empty {
    /// How many they are.
    pub(crate) fn len(&self) -> usize {
        self.spans.len() + self.owners.len()
    }
}

/// Rows that count nothing: those of spans that began before a moment, and those of flows and deployments.
pub(crate) async fn find(conn: &Conn, before: Timestamp, limit: i64) -> Result<Empty, DbError> {
    let values = params![NEVER, before, limit];
    let found = conn.query(&FIND, &values, |row| {
        let workspace = row.take()?;
        let about = About::numbered(row.take()?);
        let key = Key {
            workspace,
            about: about
                .ok_or_else(|| DbError::corrupt("a count of what nobody counts".to_owned()))?,
            width: row.take()?,
            start: row.take()?,
            kind: row.take()?,
            name: row.take()?,
        };
        Ok((key, row.take()?))
    });
    Ok(Empty {
        spans: found.await?,
        owners: owners::find_empty(conn, limit).await?,
    })
}

/// Deletes them, as far as they still count nothing; gives how many.
pub(crate) async fn delete(tx: &Tx<'_>, empty: &Empty) -> Result<u64, DbError> {
    let nothing = Sums::default();
    let rows: Vec<Vec<Value<'_>>> = empty
        .spans
        .iter()
        .map(|(key, shard)| key.row(*shard, nothing))
        .collect();
    Ok(tx.bulk(&DELETE, &rows).await? + owners::delete_empty(tx, &empty.owners).await?)
}
