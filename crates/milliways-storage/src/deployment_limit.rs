//! The concurrency limit that a deployment owns: an ordinary one, named `deployment:<id>`.

use milliways_model::concurrency_limit::GlobalConcurrencyLimitResponse;
use milliways_model::{ConcurrencyLimitId, DeploymentId, Timestamp, Uuid, WorkspaceId, uuid7};

use crate::db::{Conn, DbError, Tx};
use crate::scope::draw;
use crate::tables::concurrency_lease as lease;
use crate::tables::concurrency_limit::{self as limit, Limit};

/// Gives a deployment a limit of its own, or changes how many slots that has.
pub(crate) async fn keep(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    deployment: DeploymentId,
    slots: i64,
) -> Result<ConcurrencyLimitId, DbError> {
    let name = name_of(deployment);
    let found = limit::lock_named(tx, workspace, vec![name.clone()]).await?;
    if let Some(mut found) = found.into_iter().next() {
        found.settle(tx.now, &tx.waits);
        found.slots = slots;
        limit::update(tx, &found).await?;
        return Ok(found.id);
    }
    let id = ConcurrencyLimitId(uuid7(tx.now, draw()));
    limit::insert(tx, workspace, &Limit::new(id, name, slots, tx.now)).await?;
    Ok(id)
}

/// Deletes the limit that a deployment owns, if it has one. Who holds slots of it goes on without.
pub(crate) async fn drop(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    deployment: DeploymentId,
) -> Result<(), DbError> {
    let names = vec![name_of(deployment)];
    for found in limit::lock_named(tx, workspace, names).await? {
        lease::clear(tx, workspace, found.id).await?;
        limit::delete(tx, workspace, found.id).await?;
    }
    Ok(())
}

/// Limits as they are shown with deployments; those that are gone are left out.
pub(crate) async fn shown(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
    now: Timestamp,
) -> Result<Vec<GlobalConcurrencyLimitResponse>, DbError> {
    let limits = limit::by_ids(conn, workspace, ids).await?;
    Ok(limits.iter().map(|limit| limit.global(now)).collect())
}

fn name_of(deployment: DeploymentId) -> String {
    format!("deployment:{deployment}")
}
