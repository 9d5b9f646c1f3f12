//! Offers: runs that were handed to a worker of a pool or queue with a limit, and that nobody has claimed yet.

use milliways_model::{FlowRunId, Timestamp, Uuid, WorkPoolId, WorkQueueId, WorkspaceId};

use crate::db::{Bulk, DbError, Kind, Tx, Value, params, statements};

statements! {
    OPEN = "SELECT o.flow_run_id, r.work_queue_id FROM flow_run_offer o JOIN flow_run r ON r.id = o.flow_run_id
        WHERE o.work_pool_id = ?2 AND o.lapses > ?3 AND o.workspace_id = ?1 AND r.state_type = 'SCHEDULED'
        AND r.work_queue_id IS NOT NULL";
    FORGET = "DELETE FROM flow_run_offer WHERE work_pool_id = ?1 AND lapses <= ?2";
    DELETE_OF_POOL = "DELETE FROM flow_run_offer WHERE work_pool_id = ?2 AND (workspace_id = ?1) IS TRUE";
    DELETE_OF_RUNS = "DELETE FROM flow_run_offer WHERE flow_run_id = ANY(?2) AND (workspace_id = ?1) IS TRUE";
}

static OFFER: Bulk = Bulk::insert(
    "flow_run_offer",
    &[
        ("flow_run_id", Kind::Uuid),
        ("workspace_id", Kind::Uuid),
        ("work_pool_id", Kind::Uuid),
        ("lapses", Kind::Int),
    ],
    "ON CONFLICT (flow_run_id) DO UPDATE SET lapses = excluded.lapses, work_pool_id = excluded.work_pool_id",
);

/// The runs of a pool that are offered and still wait, with their queues.
pub(crate) async fn open(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
) -> Result<Vec<(FlowRunId, WorkQueueId)>, DbError> {
    tx.query(&OPEN, &params![workspace, pool, tx.now], |row| {
        Ok((row.take()?, row.take()?))
    })
    .await
}

/// Offers runs until a moment, and forgets offers of the pool that have lapsed.
pub(crate) async fn make(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    runs: &[FlowRunId],
    lapses: Timestamp,
) -> Result<(), DbError> {
    tx.execute(&FORGET, &params![pool, tx.now]).await?;
    let rows: Vec<Vec<Value<'_>>> = runs
        .iter()
        .map(|run| vec![(*run).into(), workspace.into(), pool.into(), lapses.into()])
        .collect();
    tx.bulk(&OFFER, &rows).await?;
    Ok(())
}

/// Forgets what workers of a pool were offered: the pool is gone.
pub(crate) async fn delete_of_pool(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
) -> Result<(), DbError> {
    tx.execute(&DELETE_OF_POOL, &params![workspace, pool])
        .await?;
    Ok(())
}

/// Forgets that runs were offered: they are gone.
pub(crate) async fn delete_of_runs(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    runs: Vec<Uuid>,
) -> Result<(), DbError> {
    tx.execute(&DELETE_OF_RUNS, &params![workspace, runs])
        .await?;
    Ok(())
}
