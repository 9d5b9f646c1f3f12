//! Attempts: who holds a run, with which epoch, and how much of its journal is stored.

use milliways_model::{FlowRunId, Timestamp, Uuid, WorkspaceId};

use crate::db::{Conn, DbError, Row, Tx, params, statements};

statements! {
    BY_RUN = "SELECT epoch, acked_seq FROM attempt WHERE run_id = ?1 AND workspace_id = ?2 FOR UPDATE";
    SAVE = "INSERT INTO attempt (run_id, workspace_id, is_flow_run, epoch, acked_seq, lease_until)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (run_id) DO UPDATE SET epoch = excluded.epoch, acked_seq = excluded.acked_seq, lease_until = excluded.lease_until";
    DELETE = "DELETE FROM attempt WHERE run_id = ANY(?1) AND workspace_id = ?2";
    LAPSED = "SELECT workspace_id, run_id, lease_until FROM attempt
        WHERE lease_until IS NOT NULL AND lease_until < ?1 AND is_flow_run = ?3 ORDER BY lease_until LIMIT ?2";
    GIVE_UP = "UPDATE attempt SET lease_until = NULL WHERE run_id = ?1 AND lease_until < ?2";
}

/// The attempt that holds a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    /// Grows with every claim; an older one can write nothing.
    pub(crate) epoch: i64,
    /// The number of the last journal record that is stored.
    pub(crate) acked_seq: i64,
}

pub(crate) async fn by_run(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    run: Uuid,
) -> Result<Option<Attempt>, DbError> {
    let read = |row: &mut Row<'_>| {
        Ok(Attempt {
            epoch: row.take()?,
            acked_seq: row.take()?,
        })
    };
    tx.query_one(&BY_RUN, &params![run, workspace], read).await
}

pub(crate) async fn save(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    run: Uuid,
    is_flow_run: bool,
    attempt: Attempt,
    lease_until: Option<Timestamp>,
) -> Result<(), DbError> {
    let values = params![
        run,
        workspace,
        is_flow_run,
        attempt.epoch,
        attempt.acked_seq,
        lease_until
    ];
    tx.execute(&SAVE, &values).await?;
    Ok(())
}

/// Deletes the attempts at runs.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    runs: Vec<Uuid>,
) -> Result<(), DbError> {
    tx.execute(&DELETE, &params![runs, workspace]).await?;
    Ok(())
}

/// Flow runs whose lease ended before `now`, oldest first.
pub(crate) async fn lapsed(
    conn: &Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(WorkspaceId, FlowRunId, Timestamp)>, DbError> {
    let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?, row.take()?));
    conn.query(&LAPSED, &params![now, limit, true], read).await
}

/// Stops watching a run whose lease ended before `now`; false where it was renewed meanwhile.
pub(crate) async fn give_up(tx: &Tx<'_>, run: Uuid, now: Timestamp) -> Result<bool, DbError> {
    Ok(tx.execute(&GIVE_UP, &params![run, now]).await? > 0)
}
