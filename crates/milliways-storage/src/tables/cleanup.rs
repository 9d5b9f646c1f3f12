//! Clean-up messages: what workers are asked to tear down.

use milliways_model::worker_channel::{CleanupKind, CleanupMessage};
use milliways_model::{Json, JsonObject, Timestamp, Uuid, WorkPoolId, WorkQueueId, WorkspaceId};

use crate::db::{Conn, DbError, Row, Tx, params, statements};

statements! {
    INSERT = "INSERT INTO cleanup_message (id, workspace_id, created, idempotency_key, work_pool_id, work_queue_id, kind,
        target, data, status, delivery_count) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '{}', 'WAITING', 0)
        ON CONFLICT (workspace_id, idempotency_key) DO NOTHING";
    // Of queues that the worker serves first; those of others once nobody who serves them took them for a while.
    NEXT = "SELECT m.id, m.kind, m.target, m.data, m.work_queue_id, m.delivery_count FROM cleanup_message m
        WHERE m.work_pool_id = ?2 AND m.status = 'WAITING' AND m.workspace_id = ?1 AND m.kind = ANY(?3)
        AND (m.work_queue_id IS NULL OR m.work_queue_id = ANY(?4) OR m.created < ?5)
        ORDER BY CASE WHEN m.work_queue_id = ANY(?4) THEN 0 ELSE 1 END, m.created, m.id LIMIT 1 FOR UPDATE OF m";
    RESERVE = "UPDATE cleanup_message SET status = 'RESERVED', token = ?3, lease_until = ?4, delivery_count = delivery_count + 1
        WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    STATE = "SELECT m.work_pool_id, m.status, m.token, m.lease_until, m.delivery_count FROM cleanup_message m
        WHERE (m.workspace_id = ?1) IS TRUE AND m.id = ?2 FOR UPDATE OF m";
    DONE = "UPDATE cleanup_message SET status = ?3, reason = ?4, token = NULL, lease_until = NULL, finished = ?5
        WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    WAIT = "UPDATE cleanup_message SET status = 'WAITING', reason = ?3, token = NULL, lease_until = NULL
        WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    RENEW = "UPDATE cleanup_message SET lease_until = ?3 WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    LAPSED = "SELECT m.workspace_id, m.id FROM cleanup_message m WHERE m.status = 'RESERVED' AND m.lease_until <= ?1
        ORDER BY m.lease_until LIMIT ?2";
    FORGET = "DELETE FROM cleanup_message WHERE id IN
        (SELECT id FROM cleanup_message WHERE finished < ?1 ORDER BY finished LIMIT ?2)";
    DELETE_OF_POOL = "DELETE FROM cleanup_message WHERE work_pool_id = ?2 AND (workspace_id = ?1) IS TRUE";
}

/// A message to be handed out.
pub(crate) struct NewMessage<'a> {
    pub(crate) id: Uuid,
    pub(crate) key: &'a str,
    pub(crate) pool: WorkPoolId,
    pub(crate) queue: Option<WorkQueueId>,
    pub(crate) kind: CleanupKind,
    pub(crate) target: &'a JsonObject,
}

/// How a message stands.
pub(crate) struct Standing {
    pub(crate) pool: WorkPoolId,
    pub(crate) status: String,
    pub(crate) token: Option<String>,
    pub(crate) lease_until: Option<Timestamp>,
    pub(crate) delivery_count: i64,
}

/// Asks for a clean-up; false where it was asked for before.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    message: &NewMessage<'_>,
) -> Result<bool, DbError> {
    let values = params![
        message.id,
        workspace,
        tx.now,
        message.key,
        message.pool,
        message.queue,
        message.kind.as_str(),
        message.target,
    ];
    Ok(tx.execute(&INSERT, &values).await? > 0)
}

/// The next message of a pool for a worker that handles these kinds and serves these queues. `since` is before when
/// messages of other queues have to wait.
pub(crate) async fn next(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    kinds: &[CleanupKind],
    queues: &[WorkQueueId],
    since: Timestamp,
) -> Result<Option<CleanupMessage>, DbError> {
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let queues: Vec<Uuid> = queues.iter().map(|id| id.0).collect();
    let values = params![workspace, pool, kinds, queues, since];
    let found = tx.query_one(&NEXT, &values, read).await?;
    Ok(found.flatten())
}

fn read(row: &mut Row<'_>) -> Result<Option<CleanupMessage>, DbError> {
    let message_id = row.take()?;
    let kind = CleanupKind::parse(&row.take::<String>()?);
    let (target, data) = (row.take::<JsonObject>()?, row.take::<JsonObject>()?);
    let (work_queue_id, delivery_count) = (row.take()?, row.take()?);
    Ok(kind.map(|kind| CleanupMessage {
        message_id,
        kind,
        reservation_token: String::new(),
        lease_expires_at: Timestamp::EPOCH,
        delivery_count,
        work_queue_id,
        target: Json::from(target),
        data: Json::from(data),
    }))
}

pub(crate) async fn reserve(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: Uuid,
    token: &str,
    until: Timestamp,
) -> Result<(), DbError> {
    tx.execute(&RESERVE, &params![workspace, id, token, until])
        .await?;
    Ok(())
}

pub(crate) async fn standing(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: Uuid,
) -> Result<Option<Standing>, DbError> {
    tx.query_one(&STATE, &params![workspace, id], |row| {
        Ok(Standing {
            pool: row.take()?,
            status: row.take()?,
            token: row.take()?,
            lease_until: row.take()?,
            delivery_count: row.take()?,
        })
    })
    .await
}

/// It is done, or given up.
pub(crate) async fn finish(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: Uuid,
    is_done: bool,
    reason: Option<&str>,
) -> Result<(), DbError> {
    let status = if is_done { "DONE" } else { "DEAD" };
    let values = params![workspace, id, status, reason, tx.now];
    tx.execute(&DONE, &values).await?;
    Ok(())
}

/// It waits for another worker.
pub(crate) async fn give_back(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: Uuid,
    reason: &str,
) -> Result<(), DbError> {
    tx.execute(&WAIT, &params![workspace, id, reason]).await?;
    Ok(())
}

pub(crate) async fn renew(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: Uuid,
    until: Timestamp,
) -> Result<(), DbError> {
    tx.execute(&RENEW, &params![workspace, id, until]).await?;
    Ok(())
}

/// Messages whose worker did not say that they are done in time.
pub(crate) async fn lapsed(
    conn: &Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(WorkspaceId, Uuid)>, DbError> {
    conn.query(&LAPSED, &params![now, limit], |row| {
        Ok((row.take()?, row.take()?))
    })
    .await
}

/// Forgets those that ended before a moment; gives how many.
pub(crate) async fn forget(tx: &Tx<'_>, before: Timestamp, limit: i64) -> Result<u64, DbError> {
    tx.execute(&FORGET, &params![before, limit]).await
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
