//! Counts of nothing: most runs leave the states through which they go, and all of them go in the end.

use milliways_model::{Timestamp, Uuid};

use super::NEVER;
use crate::db::{Bulk, Conn, DbError, Kind, Tx, Value, params, statements};

statements! {
    FIND = "SELECT c.workspace_id, c.about, c.width, c.start, c.kind, c.name, c.shard FROM tally c
        WHERE c.start > ?1 AND c.start < ?2 AND c.count = 0 AND c.lateness = 0 AND c.run_time = 0
        AND c.running_since = 0 AND c.waiting = 0 AND c.waiting_since = 0 LIMIT ?3";
}

/// A row that was found empty goes if it still is.
static DELETE: Bulk = Bulk::delete(
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
        ("run_time", Kind::Int),
        ("running_since", Kind::Int),
        ("waiting", Kind::Int),
        ("waiting_since", Kind::Int),
    ],
);

/// The key of a row.
#[derive(Clone, Debug)]
pub(crate) struct Empty {
    workspace: Uuid,
    numbers: [i64; 3],
    kind: String,
    name: String,
    shard: i64,
}

/// Rows that count nothing, of spans that began before a moment.
pub(crate) async fn find(
    conn: &Conn,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Empty>, DbError> {
    conn.query(&FIND, &params![NEVER, before, limit], |row| {
        Ok(Empty {
            workspace: row.take()?,
            numbers: [row.take()?, row.take()?, row.take()?],
            kind: row.take()?,
            name: row.take()?,
            shard: row.take()?,
        })
    })
    .await
}

/// Deletes them, as far as they still count nothing; gives how many.
pub(crate) async fn delete(tx: &Tx<'_>, empty: &[Empty]) -> Result<u64, DbError> {
    let rows: Vec<Vec<Value<'_>>> = empty
        .iter()
        .map(|one| {
            let mut row: Vec<Value<'_>> = vec![one.workspace.into()];
            row.extend(one.numbers.map(Value::from));
            row.extend([(&one.kind).into(), (&one.name).into(), one.shard.into()]);
            row.extend([
                Value::from(0_i64),
                0.into(),
                0.into(),
                0.into(),
                0.into(),
                0.into(),
            ]);
            row
        })
        .collect();
    tx.bulk(&DELETE, &rows).await
}
