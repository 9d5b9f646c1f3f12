//! Schedules of deployments, and when the scheduler has to look at each.

use std::collections::HashMap;

use milliways_model::{
    DeploymentId, DeploymentSchedule, DeploymentScheduleId, Schedule, Timestamp, Uuid, WorkspaceId,
};

use super::text_of;
use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, params, statements};

statements! {
    OF = "SELECT c.id, c.created, c.updated, c.deployment_id, c.schedule, c.active, c.max_scheduled_runs, c.parameters, c.slug
        FROM deployment_schedule c WHERE c.workspace_id = ?1 AND c.deployment_id = ANY(?2)
        ORDER BY c.updated DESC, c.id DESC";
    DELETE = "DELETE FROM deployment_schedule WHERE workspace_id = ?1 AND deployment_id = ?2 AND id = ?3";
    DELETE_ALL = "DELETE FROM deployment_schedule WHERE workspace_id = ?1 AND deployment_id = ?2";
    LOOK_NOW = "UPDATE deployment_schedule SET look_at = ?3 WHERE workspace_id = ?1 AND deployment_id = ?2 AND active = TRUE";
    DUE = "SELECT c.id, c.created, c.updated, c.deployment_id, c.schedule, c.active, c.max_scheduled_runs, c.parameters, c.slug
        FROM deployment_schedule c WHERE c.workspace_id = ?1 AND c.deployment_id = ?2 AND c.look_at <= ?3 ORDER BY c.id";
    LOOK_AGAIN = "UPDATE deployment_schedule SET look_at = ?3 WHERE workspace_id = ?1 AND id = ?2";
    NO_SLUGS = "UPDATE deployment_schedule SET slug = NULL WHERE workspace_id = ?1 AND id = ANY(?2)";
}

const ROW: &[(&str, Kind)] = &[
    ("id", Kind::Uuid),
    ("workspace_id", Kind::Uuid),
    ("deployment_id", Kind::Uuid),
    ("created", Kind::Int),
    ("updated", Kind::Int),
    ("schedule", Kind::Text),
    ("active", Kind::Bool),
    ("max_scheduled_runs", Kind::Int),
    ("parameters", Kind::Text),
    ("slug", Kind::Text),
    ("look_at", Kind::Int),
];

static INSERT: Bulk = Bulk::insert("deployment_schedule", ROW, "");
static UPDATE: Bulk = Bulk::update("deployment_schedule", ROW);

/// A schedule whose text is not what was written, of which nothing can be told.
fn damaged(error: &serde_json::Error) -> DbError {
    DbError::corrupt(format!("a schedule can't be read: {error}"))
}

pub(crate) fn read(row: &mut Row<'_>) -> Result<DeploymentSchedule, DbError> {
    Ok(DeploymentSchedule {
        id: row.take()?,
        created: row.take()?,
        updated: row.take()?,
        deployment_id: row.take()?,
        schedule: serde_json::from_str::<Schedule>(&row.take::<String>()?)
            .map_err(|error| damaged(&error))?,
        active: row.take()?,
        max_scheduled_runs: row.take()?,
        parameters: row.take()?,
        slug: row.take()?,
    })
}

/// The schedules of deployments, last changed first.
pub(crate) async fn of(
    conn: &Conn,
    workspace: WorkspaceId,
    deployments: Vec<Uuid>,
) -> Result<HashMap<DeploymentId, Vec<DeploymentSchedule>>, DbError> {
    let mut found: HashMap<DeploymentId, Vec<DeploymentSchedule>> = HashMap::new();
    for schedule in conn
        .query(&OF, &params![workspace, deployments], read)
        .await?
    {
        if let Some(deployment) = schedule.deployment_id {
            found.entry(deployment).or_default().push(schedule);
        }
    }
    Ok(found)
}

/// Inserts schedules.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    schedules: &[DeploymentSchedule],
) -> Result<(), DbError> {
    write_by(&INSERT, tx, workspace, schedules).await
}

/// Writes schedules over those of their ids.
pub(crate) async fn write(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    schedules: &[DeploymentSchedule],
) -> Result<(), DbError> {
    write_by(&UPDATE, tx, workspace, schedules).await
}

/// A schedule that was written is one to look at, at once.
async fn write_by(
    statement: &'static Bulk,
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    schedules: &[DeploymentSchedule],
) -> Result<(), DbError> {
    let rows: Vec<_> = schedules
        .iter()
        .map(|it| {
            vec![
                it.id.into(),
                workspace.into(),
                it.deployment_id.into(),
                it.created.into(),
                it.updated.into(),
                text_of(&it.schedule).into(),
                it.active.into(),
                it.max_scheduled_runs.into(),
                (&it.parameters).into(),
                it.slug.as_ref().into(),
                it.active.then_some(tx.now).into(),
            ]
        })
        .collect();
    tx.bulk(statement, &rows).await?;
    Ok(())
}

/// Takes the slugs off schedules, so that others can have them.
pub(crate) async fn drop_slugs(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<(), DbError> {
    tx.execute(&NO_SLUGS, &params![workspace, ids]).await?;
    Ok(())
}

/// Deletes a schedule; false where there is none.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    deployment: DeploymentId,
    id: DeploymentScheduleId,
) -> Result<bool, DbError> {
    Ok(tx
        .execute(&DELETE, &params![workspace, deployment, id])
        .await?
        > 0)
}

/// Deletes all schedules of a deployment.
pub(crate) async fn delete_all(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    deployment: DeploymentId,
) -> Result<(), DbError> {
    tx.execute(&DELETE_ALL, &params![workspace, deployment])
        .await?;
    Ok(())
}

/// Has the scheduler look at all active schedules of a deployment.
pub(crate) async fn look_now(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    deployment: DeploymentId,
) -> Result<(), DbError> {
    tx.execute(&LOOK_NOW, &params![workspace, deployment, tx.now])
        .await?;
    Ok(())
}

/// The schedules of a deployment that the scheduler has to look at.
pub(crate) async fn due(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    deployment: DeploymentId,
) -> Result<Vec<DeploymentSchedule>, DbError> {
    tx.query(&DUE, &params![workspace, deployment, tx.now], read)
        .await
}

/// When the scheduler has to look at a schedule again; never where that is none.
pub(crate) async fn look_again(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentScheduleId,
    at: Option<Timestamp>,
) -> Result<(), DbError> {
    tx.execute(&LOOK_AGAIN, &params![workspace, id, at]).await?;
    Ok(())
}
