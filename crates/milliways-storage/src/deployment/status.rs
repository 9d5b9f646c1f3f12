//! Whether somebody asks for a deployment's runs.

use milliways_model::deployment::DeploymentStatus;
use milliways_model::{DeploymentId, JsonObject, Uuid, WorkQueueId, WorkspaceId};

use super::events;
use crate::db::{DbError, Row, Tx, params, statements};
use crate::error::StoreError;
use crate::tables::deployment;

statements! {
    OF_QUEUES = "SELECT id FROM deployment WHERE (workspace_id = ?1) IS TRUE AND work_queue_id = ANY(?2) ORDER BY id LIMIT 10000";
    STATUS = "SELECT id, status FROM deployment WHERE (workspace_id = ?1) IS TRUE AND id = ANY(?2) ORDER BY id FOR UPDATE";
    POLLED = "UPDATE deployment SET status = 'READY', last_polled = ?3 WHERE (workspace_id = ?1) IS TRUE AND id = ANY(?2)";
    SILENT = "UPDATE deployment SET status = 'NOT_READY' WHERE workspace_id = ?1 AND id = ?2 AND status = 'READY' AND last_polled < ?3";
}

/// Somebody asked for the runs of these deployments, or of those whose runs wait in these queues.
pub(crate) async fn polled(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    deployments: &[DeploymentId],
    queues: &[WorkQueueId],
) -> Result<(), StoreError> {
    let mut ids: Vec<Uuid> = deployments.iter().map(|id| id.0).collect();
    if !queues.is_empty() {
        let queues: Vec<Uuid> = queues.iter().map(|id| id.0).collect();
        let values = params![workspace, queues];
        ids.extend(
            tx.query(&OF_QUEUES, &values, |row| row.take::<Uuid>())
                .await?,
        );
    }
    if ids.is_empty() {
        return Ok(());
    }
    let read = |row: &mut Row<'_>| Ok((row.take::<Uuid>()?, row.take::<String>()?));
    let found = tx.query(&STATUS, &params![workspace, ids], read).await?;
    let known: Vec<Uuid> = found.iter().map(|(id, _)| *id).collect();
    tx.execute(&POLLED, &params![workspace, known, tx.now])
        .await?;
    let ready = DeploymentStatus::Ready;
    for (id, _) in found.iter().filter(|(_, status)| status != ready.as_str()) {
        tell(tx, workspace, DeploymentId(*id), ready).await?;
    }
    Ok(())
}

/// Nobody has asked for a deployment's runs since `before`; says whether that is news.
pub(crate) async fn silent(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    before: milliways_model::Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx.execute(&SILENT, &params![workspace, id, before]).await?;
    if changed > 0 {
        tell(tx, workspace, id, DeploymentStatus::NotReady).await?;
    }
    Ok(changed > 0)
}

async fn tell(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    status: DeploymentStatus,
) -> Result<(), DbError> {
    for stored in deployment::by_ids(tx, workspace, vec![id.0]).await? {
        let nothing = JsonObject::default();
        events::emit(tx, workspace, status.in_event(), &stored, nothing).await?;
    }
    Ok(())
}
