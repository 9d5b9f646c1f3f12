//! Deferred task runs that wait for a worker of their task.
//!
//! A row is there from the moment a run is to be handed out until a worker has acknowledged it. One that was
//! offered is claimed for a while: who dies with it loses the claim, and it is offered again. Where the settings say
//! so it is there for longer, until the run has begun.

use milliways_model::{StateDetails, TaskRunId, Timestamp, Uuid, WorkspaceId};

use crate::db::{Conn, DbError, Row, Tx, params, statements};

statements! {
    ENQUEUE = "INSERT INTO task_queue (task_run_id, workspace_id, task_key, is_retry, queued)
        SELECT t.id, t.workspace_id, t.task_key, ?3, ?4 FROM task_run t WHERE (t.workspace_id = ?1) IS TRUE AND t.id = ?2
        ON CONFLICT (task_run_id) DO UPDATE SET is_retry = excluded.is_retry, queued = excluded.queued,
        claimed_by = NULL, claimed_until = NULL, taken = FALSE";
    FULL = "SELECT q.task_run_id FROM task_queue q WHERE q.workspace_id = ?1
        AND q.task_key = COALESCE(?2, (SELECT t.task_key FROM task_run t WHERE t.id = ?3))
        AND q.taken = FALSE AND q.is_retry = ?4 AND q.claimed_by IS NULL AND q.task_run_id <> ?3
        ORDER BY q.queued LIMIT 1 OFFSET ?5";
    HEADS = "SELECT q.task_run_id, q.is_retry, q.queued, t.state_type FROM task_queue q
        LEFT JOIN task_run t ON t.id = q.task_run_id
        WHERE q.workspace_id = ?1 AND q.task_key = ?2 AND q.taken = FALSE AND (q.claimed_until IS NULL OR q.claimed_until < ?3)
        ORDER BY q.is_retry DESC, q.queued, q.task_run_id LIMIT ?4";
    CLAIM = "UPDATE task_queue SET claimed_by = ?2, claimed_until = ?3
        WHERE task_run_id = ?1 AND (claimed_until IS NULL OR claimed_until < ?4)";
    EXTEND = "UPDATE task_queue SET claimed_until = ?3 WHERE task_run_id = ?1 AND claimed_by = ?2";
    GIVE_BACK = "UPDATE task_queue SET is_retry = ?3, claimed_by = NULL, claimed_until = NULL
        WHERE task_run_id = ?1 AND claimed_by = ?2";
    TAKEN = "DELETE FROM task_queue WHERE task_run_id = ?1 AND claimed_by = ?2";
    KEEP = "UPDATE task_queue SET taken = TRUE, claimed_until = ?3 WHERE task_run_id = ?1 AND claimed_by = ?2";
    WATCH = "UPDATE task_queue SET claimed_until = ?2 WHERE task_run_id = ?1 AND taken = TRUE";
    OVERDUE = "SELECT q.workspace_id, q.task_run_id FROM task_queue q WHERE q.taken = TRUE AND q.claimed_until < ?1
        ORDER BY q.claimed_until LIMIT ?2";
    ASKED_FOR = "SELECT s.details FROM event s WHERE s.run_id = ?2 AND (s.workspace_id = ?1) IS TRUE AND s.is_flow_run = FALSE
        AND s.state_type = 'SCHEDULED' ORDER BY s.seq DESC LIMIT 1";
    DELETE = "DELETE FROM task_queue WHERE workspace_id = ?1 AND task_run_id = ANY(?2)";
}

/// How many deferred runs of a task may wait before no more are taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLimits {
    /// Runs that were not offered to anybody. Default: 1,000.
    pub scheduled: u32,
    /// Runs that are tried again. Default: 100.
    pub retries: u32,
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self {
            scheduled: 1_000,
            retries: 100,
        }
    }
}

impl QueueLimits {
    fn most(self, is_retry: bool) -> u32 {
        if is_retry {
            self.retries
        } else {
            self.scheduled
        }
    }
}

/// A run at the head of a queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Head {
    pub(crate) task_run: TaskRunId,
    pub(crate) is_retry: bool,
    pub(crate) queued: Timestamp,
    /// Whether it still waits to be handed out: it may have been cancelled or deleted.
    pub(crate) waits: bool,
}

/// Puts a task run that has a row to the end of its task's queue.
pub(crate) async fn enqueue(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    task_run: TaskRunId,
    is_retry: bool,
) -> Result<(), DbError> {
    tx.execute(&ENQUEUE, &params![workspace, task_run, is_retry, tx.now])
        .await?;
    tx.queues.set(true);
    Ok(())
}

/// Whether the queue that a task run would go to is full; `task_key` is known for a run that has no row yet.
pub(crate) async fn is_full(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    (task_run, task_key): (TaskRunId, Option<&str>),
    is_retry: bool,
    limits: QueueLimits,
) -> Result<bool, DbError> {
    let last = i64::from(limits.most(is_retry).saturating_sub(1));
    let values = params![workspace, task_key, task_run, is_retry, last];
    let found = tx
        .query_one(&FULL, &values, |row| row.take::<TaskRunId>())
        .await?;
    Ok(found.is_some())
}

/// The first few runs of a task that nobody was offered.
pub(crate) async fn heads(
    conn: &Conn,
    workspace: WorkspaceId,
    task_key: &str,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Head>, DbError> {
    let read = |row: &mut Row<'_>| {
        Ok(Head {
            task_run: row.take()?,
            is_retry: row.take()?,
            queued: row.take()?,
            waits: row.take::<Option<String>>()?.as_deref() == Some("SCHEDULED"),
        })
    };
    let values = params![workspace, task_key, now, limit];
    conn.query(&HEADS, &values, read).await
}

/// Claims a run until a moment; false where somebody else has.
pub(crate) async fn claim(
    tx: &Tx<'_>,
    task_run: TaskRunId,
    by: Uuid,
    until: Timestamp,
) -> Result<bool, DbError> {
    Ok(tx
        .execute(&CLAIM, &params![task_run, by, until, tx.now])
        .await?
        > 0)
}

/// Keeps a claim; false where it is lost.
pub(crate) async fn extend(
    tx: &Tx<'_>,
    task_run: TaskRunId,
    by: Uuid,
    until: Timestamp,
) -> Result<bool, DbError> {
    Ok(tx.execute(&EXTEND, &params![task_run, by, until]).await? > 0)
}

/// Ends a claim: the run is offered again, before those that nobody was offered yet.
pub(crate) async fn give_back(tx: &Tx<'_>, task_run: TaskRunId, by: Uuid) -> Result<(), DbError> {
    tx.execute(&GIVE_BACK, &params![task_run, by, true]).await?;
    tx.queues.set(true);
    Ok(())
}

/// Takes an acknowledged run off the queue; false where its claim was lost.
pub(crate) async fn taken(tx: &Tx<'_>, task_run: TaskRunId, by: Uuid) -> Result<bool, DbError> {
    Ok(tx.execute(&TAKEN, &params![task_run, by]).await? > 0)
}

/// Keeps an acknowledged run in sight until a moment; false where its claim was lost.
pub(crate) async fn keep(
    tx: &Tx<'_>,
    task_run: TaskRunId,
    by: Uuid,
    until: Timestamp,
) -> Result<bool, DbError> {
    Ok(tx.execute(&KEEP, &params![task_run, by, until]).await? > 0)
}

/// Keeps a taken run in sight for longer.
pub(crate) async fn watch(
    tx: &Tx<'_>,
    task_run: TaskRunId,
    until: Timestamp,
) -> Result<(), DbError> {
    tx.execute(&WATCH, &params![task_run, until]).await?;
    Ok(())
}

/// Taken runs that should have begun before a moment, longest ago first.
pub(crate) async fn overdue(
    conn: &Conn,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(WorkspaceId, TaskRunId)>, DbError> {
    let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?));
    conn.query(&OVERDUE, &params![before, limit], read).await
}

/// The details of the state in which a run was last to be handed out: where its parameters are.
pub(crate) async fn asked_for(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    task_run: TaskRunId,
) -> Result<Option<StateDetails>, DbError> {
    let read = |row: &mut Row<'_>| row.parse_optional::<StateDetails>();
    let details = tx
        .query_one(&ASKED_FOR, &params![workspace, task_run], read)
        .await?;
    Ok(details
        .flatten()
        .filter(|details| details.deferred == Some(true)))
}

/// Takes runs off the queue.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    task_runs: Vec<Uuid>,
) -> Result<(), DbError> {
    tx.execute(&DELETE, &params![workspace, task_runs]).await?;
    Ok(())
}
