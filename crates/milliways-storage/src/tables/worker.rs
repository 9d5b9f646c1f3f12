//! Workers.

use milliways_model::filter::WorkerFilter;
use milliways_model::{Timestamp, WorkPoolId, Worker, WorkerId, WorkerStatus, WorkspaceId};

use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::filter::{Page, Query};

const COLUMNS: &str = "k.id, k.created, k.updated, k.name, k.work_pool_id, k.last_heartbeat_time, \
     k.heartbeat_interval_seconds, k.status";

statements! {
    HEARTBEAT = "INSERT INTO worker (id, workspace_id, created, updated, name, work_pool_id, last_heartbeat_time,
        heartbeat_interval_seconds, status) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?3, ?6, 'ONLINE')
        ON CONFLICT (workspace_id, work_pool_id, name) DO UPDATE SET updated = excluded.updated,
        last_heartbeat_time = excluded.last_heartbeat_time, status = 'ONLINE',
        heartbeat_interval_seconds = COALESCE(excluded.heartbeat_interval_seconds, worker.heartbeat_interval_seconds)";
    IS_ANY_ONLINE = "SELECT id FROM worker WHERE workspace_id = ?1 AND work_pool_id = ?2 AND status = 'ONLINE' LIMIT 1";
    DELETE = "DELETE FROM worker WHERE workspace_id = ?1 AND work_pool_id = ?2 AND name = ?3";
    DELETE_OF_POOL = "DELETE FROM worker WHERE workspace_id = ?1 AND work_pool_id = ?2";
}

fn read(row: &mut Row<'_>) -> Result<Worker, DbError> {
    Ok(Worker {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        name: row.take()?,
        work_pool_id: row.take()?,
        last_heartbeat_time: row.take::<Option<Timestamp>>()?,
        heartbeat_interval_seconds: row.take()?,
        status: WorkerStatus::parse(&row.take::<String>()?).unwrap_or_default(),
    })
}

/// A worker says that it lives. The time is ours, whatever its clock says.
pub(crate) async fn heartbeat(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    id: WorkerId,
    name: &str,
    interval: Option<i64>,
) -> Result<(), DbError> {
    let values = params![id, workspace, tx.now, name, pool, interval];
    tx.execute(&HEARTBEAT, &values).await?;
    Ok(())
}

/// Whether a worker of the pool is online.
pub(crate) async fn is_any_online(
    conn: &Conn,
    workspace: WorkspaceId,
    pool: WorkPoolId,
) -> Result<bool, DbError> {
    let found = conn
        .query_one(&IS_ANY_ONLINE, &params![workspace, pool], |row| {
            row.take::<WorkerId>()
        })
        .await?;
    Ok(found.is_some())
}

/// Workers of a pool, those that were heard of last first.
pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    filter: Option<&WorkerFilter>,
    page: Page,
) -> Result<Vec<Worker>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM worker k"));
    crate::filter::workers(&mut query, workspace, pool, filter);
    query
        .push(" ORDER BY k.last_heartbeat_time DESC, k.id DESC")
        .page(page);
    conn.query(&query.text, &query.params, read).await
}

pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    name: &str,
) -> Result<bool, DbError> {
    Ok(tx.execute(&DELETE, &params![workspace, pool, name]).await? > 0)
}

pub(crate) async fn delete_of_pool(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
) -> Result<(), DbError> {
    tx.execute(&DELETE_OF_POOL, &params![workspace, pool])
        .await?;
    Ok(())
}
