//! Processes that serve background tasks: a row for each of their connections, as long as it is heard of.

use std::collections::{BTreeMap, BTreeSet};

use milliways_model::task_worker::TaskWorkerResponse;
use milliways_model::{Timestamp, Uuid, WorkspaceId};

use super::text_of;
use crate::db::{Conn, DbError, Row, Tx, params, statements};

statements! {
    SAVE = "INSERT INTO task_worker (id, workspace_id, identifier, task_keys, seen, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, until = excluded.until";
    LIST = "SELECT w.identifier, w.task_keys, w.seen FROM task_worker w WHERE w.workspace_id = ?1 AND w.until > ?2
        ORDER BY w.identifier, w.id LIMIT ?3";
    DELETE = "DELETE FROM task_worker WHERE id = ?1";
    DELETE_LOST = "DELETE FROM task_worker WHERE until < ?1";
}

/// More connections than these are not looked at.
const MOST: i64 = 10_000;

/// Says that a connection lives, until a moment; forgets those that were lost.
pub(crate) async fn save(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    (id, identifier): (Uuid, &str),
    task_keys: &[String],
    until: Timestamp,
) -> Result<(), DbError> {
    let keys = text_of(&task_keys);
    let values = params![id, workspace, identifier, keys, tx.now, until];
    tx.execute(&SAVE, &values).await?;
    tx.execute(&DELETE_LOST, &params![tx.now]).await?;
    Ok(())
}

/// Forgets a connection.
pub(crate) async fn delete(tx: &Tx<'_>, id: Uuid) -> Result<(), DbError> {
    tx.execute(&DELETE, &params![id]).await?;
    Ok(())
}

/// The processes that are connected, each once with all that it serves; only those that serve one of `task_keys`
/// where there are any.
pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    task_keys: &[String],
    now: Timestamp,
) -> Result<Vec<TaskWorkerResponse>, DbError> {
    let read = |row: &mut Row<'_>| Ok((row.take()?, row.parse()?, row.take()?));
    let rows: Vec<(String, Vec<String>, Timestamp)> = conn
        .query(&LIST, &params![workspace, now, MOST], read)
        .await?;
    let mut found: BTreeMap<String, (BTreeSet<String>, Timestamp)> = BTreeMap::new();
    for (identifier, keys, seen) in rows {
        let worker = found.entry(identifier).or_insert((BTreeSet::new(), seen));
        worker.0.extend(keys);
        worker.1 = worker.1.max(seen);
    }
    found.retain(|_, (keys, _)| {
        task_keys.is_empty() || task_keys.iter().any(|key| keys.contains(key))
    });
    let one = |(identifier, (keys, timestamp)): (String, (BTreeSet<String>, Timestamp))| {
        TaskWorkerResponse {
            identifier,
            task_keys: keys.into_iter().collect(),
            timestamp,
        }
    };
    Ok(found.into_iter().map(one).collect())
}
