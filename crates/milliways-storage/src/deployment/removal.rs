//! Deleting deployments, and the runs that were made ahead for what they were.

use milliways_model::{DeploymentId, JsonObject, Uuid, WorkspaceId};

use super::events;
use crate::db::{DbError, Tx, params, statements};
use crate::error::StoreError;
use crate::tables::{deployment, deployment_schedule, flow_run};

/// How many runs one statement looks for.
const BATCH: i64 = 500;

statements! {
    ALL = "SELECT id FROM flow_run WHERE (workspace_id = ?1) IS TRUE AND deployment_id = ?2 AND state_type = 'SCHEDULED'
        AND state_name <> 'AwaitingConcurrencySlot' AND run_count = 0 ORDER BY id LIMIT ?3";
    OF_SCHEDULES = "SELECT id FROM flow_run WHERE (workspace_id = ?1) IS TRUE AND deployment_id = ?2 AND state_type = 'SCHEDULED'
        AND state_name <> 'AwaitingConcurrencySlot' AND run_count = 0 AND auto_scheduled = TRUE ORDER BY id LIMIT ?3";
    FUTURE_OF_SCHEDULES = "SELECT id FROM flow_run WHERE (workspace_id = ?1) IS TRUE AND deployment_id = ?2 AND state_type = 'SCHEDULED'
        AND state_name <> 'AwaitingConcurrencySlot' AND run_count = 0 AND auto_scheduled = TRUE
        AND next_scheduled_start_time > ?4 ORDER BY id LIMIT ?3";
}

/// Which runs that have not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// All, whoever made them.
    All,
    /// Those of schedules.
    OfSchedules,
    /// Those of schedules that are not due yet.
    FutureOfSchedules,
}

/// Deletes runs that have not begun, and has the scheduler look for what is missing now.
pub(crate) async fn scheduled_runs(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    which: Which,
) -> Result<(), DbError> {
    loop {
        let (all, now) = (params![workspace, id, BATCH], tx.now);
        let ids: Vec<Uuid> = match which {
            Which::All => tx.query(&ALL, &all, |row| row.take()).await?,
            Which::OfSchedules => tx.query(&OF_SCHEDULES, &all, |row| row.take()).await?,
            Which::FutureOfSchedules => {
                let values = params![workspace, id, BATCH, now];
                tx.query(&FUTURE_OF_SCHEDULES, &values, |row| row.take())
                    .await?
            }
        };
        if ids.is_empty() {
            break;
        }
        flow_run::delete_all(tx, workspace, ids).await?;
    }
    deployment_schedule::look_now(tx, workspace, id).await
}

/// Deletes a deployment with its schedules, its limit and its runs that have not begun; false where there is none.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
) -> Result<bool, StoreError> {
    let Some(stored) = deployment::lock(tx, workspace, id).await? else {
        return Ok(false);
    };
    events::emit(tx, workspace, "deleted", &stored, JsonObject::default()).await?;
    scheduled_runs(tx, workspace, id, Which::All).await?;
    deployment_schedule::delete_all(tx, workspace, id).await?;
    crate::deployment_limit::drop(tx, workspace, id).await?;
    let owner = format!("prefect.deployment.{id}");
    crate::automation::delete_owned_by(tx, workspace, &owner).await?;
    Ok(deployment::delete(tx, workspace, id).await?)
}
