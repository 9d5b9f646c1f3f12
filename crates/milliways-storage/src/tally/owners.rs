//! How many flow runs each flow, each deployment and each work queue has, by state: a page of one of them begins with
//! that number, and it may be any share of all runs.

use std::collections::BTreeMap;

use milliways_model::{Uuid, WorkspaceId};

use super::Counted;
use crate::db::{Bulk, Conn, DbError, Kind, Tx, Value, params, statements};

statements! {
    OF_OWNERS = "SELECT c.kind, c.name, CAST(SUM(c.count) AS BIGINT) FROM flow_run_count c
        WHERE c.workspace_id = ?1 AND c.owner_id = ANY(?2) GROUP BY 1, 2";
    FIND_EMPTY = "SELECT c.workspace_id, c.owner_id, c.kind, c.name FROM flow_run_count c
        GROUP BY c.workspace_id, c.owner_id, c.kind, c.name HAVING SUM(c.count) = 0 LIMIT ?1";
    TAKE = "DELETE FROM flow_run_count WHERE workspace_id = ?1 AND owner_id = ?2 AND kind = ?3 AND name = ?4
        RETURNING count";
}

static ADD: Bulk = Bulk::insert(
    "flow_run_count",
    &COLUMNS,
    "ON CONFLICT (workspace_id, owner_id, kind, name, shard) DO UPDATE \
     SET count = flow_run_count.count + excluded.count",
);

const COLUMNS: [(&str, Kind); 6] = [
    ("workspace_id", Kind::Uuid),
    ("owner_id", Kind::Uuid),
    ("kind", Kind::Text),
    ("name", Kind::Text),
    ("shard", Kind::Int),
    ("count", Kind::Int),
];

/// Whose runs in which state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) workspace: Uuid,
    /// The flow, the deployment or the queue.
    pub(super) owner: Uuid,
    pub(super) kind: String,
    pub(super) name: String,
}

impl Key {
    fn row(&self, shard: i64, count: i64) -> Vec<Value<'_>> {
        vec![
            self.workspace.into(),
            self.owner.into(),
            (&self.kind).into(),
            (&self.name).into(),
            shard.into(),
            count.into(),
        ]
    }
}

/// Writes what a transaction has added and taken, in key order.
pub(super) fn flush(conn: &Conn, mut changes: BTreeMap<Key, i64>) -> Result<(), DbError> {
    changes.retain(|_, count| *count != 0);
    let shard = conn.shard();
    let rows = changes
        .iter()
        .map(|(key, count)| key.row(shard, *count))
        .collect();
    conn.bulk_later(&ADD, rows)
}

/// How many runs these have together, by state: flows, deployments or queues.
pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    owners: Vec<Uuid>,
) -> Result<Vec<Counted>, DbError> {
    conn.query(&OF_OWNERS, &params![workspace, owners], |row| {
        Ok(Counted {
            kind: row.take()?,
            name: row.take()?,
            count: row.take()?,
            lateness: 0,
        })
    })
    .await
}

/// Whose runs in which states there are none of.
pub(super) async fn find_empty(conn: &Conn, limit: i64) -> Result<Vec<Key>, DbError> {
    conn.query(&FIND_EMPTY, &params![limit], |row| {
        Ok(Key {
            workspace: row.take()?,
            owner: row.take()?,
            kind: row.take()?,
            name: row.take()?,
        })
    })
    .await
}

/// Deletes those rows; what was counted since is kept. Gives how many.
pub(super) async fn delete_empty(tx: &Tx<'_>, empty: &[Key]) -> Result<u64, DbError> {
    let (mut rows, mut left) = (0, BTreeMap::new());
    for key in empty {
        let values = params![key.workspace, key.owner, &key.kind, &key.name];
        let counts: Vec<i64> = tx.query(&TAKE, &values, |row| row.take()).await?;
        rows += counts.len() as u64;
        left.insert(key.clone(), counts.iter().sum());
    }
    flush(tx, left)?;
    Ok(rows)
}
