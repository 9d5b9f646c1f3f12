//! Schedules of a deployment: making, changing and replacing them.

use std::collections::HashSet;

use milliways_model::{
    DeploymentId, DeploymentSchedule, DeploymentScheduleCreate, DeploymentScheduleId,
    DeploymentScheduleUpdate, Timestamp, WorkspaceId, uuid7,
};

use crate::db::Tx;
use crate::error::StoreError;
use crate::schedules::{accept, accept_all};
use crate::scope::draw;
use crate::tables::deployment_schedule;

/// The most schedules of one deployment.
const MOST: usize = 500;

/// Puts schedules in the place of all that there are.
pub(crate) async fn replace(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    schedules: Vec<DeploymentScheduleCreate>,
) -> Result<(), StoreError> {
    deployment_schedule::delete_all(tx, workspace, id).await?;
    create(tx, workspace, id, schedules).await?;
    Ok(())
}

/// Adds schedules.
pub(crate) async fn create(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    schedules: Vec<DeploymentScheduleCreate>,
) -> Result<Vec<DeploymentSchedule>, StoreError> {
    if schedules.is_empty() {
        return Ok(Vec::new());
    }
    let schedules = accept_all(schedules, tx.now)?;
    let present = of(tx, workspace, id).await?;
    if present.len() + schedules.len() > MOST {
        return Err(StoreError::Invalid {
            location: "body.schedules",
            reason: format!("a deployment can have {MOST} schedules at most"),
        });
    }
    let mut slugs: HashSet<&str> = present.iter().filter_map(|it| it.slug.as_deref()).collect();
    for slug in schedules.iter().filter_map(|it| it.slug.as_deref()) {
        if !slugs.insert(slug) {
            return Err(not_unique());
        }
    }
    // Each a microsecond after the one before: they are listed by when they were changed, the last one first.
    let moments = (tx.now.as_micros()..).map(Timestamp::from_micros);
    let made: Vec<DeploymentSchedule> = schedules
        .into_iter()
        .zip(moments)
        .map(|(it, at)| DeploymentSchedule {
            id: DeploymentScheduleId(uuid7(at, draw())),
            created: Some(at),
            updated: Some(at),
            deployment_id: Some(id),
            schedule: it.schedule,
            active: it.active,
            max_scheduled_runs: it.max_scheduled_runs,
            parameters: it.parameters,
            slug: it.slug,
        })
        .collect();
    deployment_schedule::insert(tx, workspace, &made).await?;
    Ok(made)
}

/// The schedules of a deployment.
pub(crate) async fn of(
    tx: &crate::db::Conn,
    workspace: WorkspaceId,
    id: DeploymentId,
) -> Result<Vec<DeploymentSchedule>, StoreError> {
    let mut found = deployment_schedule::of(tx, workspace, vec![id.0]).await?;
    Ok(found.remove(&id).unwrap_or_default())
}

/// Changes a schedule; false where there is none.
pub(crate) async fn change(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    schedule: DeploymentScheduleId,
    update: DeploymentScheduleUpdate,
) -> Result<bool, StoreError> {
    let present = of(tx, workspace, id).await?;
    let is_taken = |slug: &String| {
        present
            .iter()
            .any(|it| it.id != schedule && it.slug.as_ref() == Some(slug))
    };
    if update.slug.as_ref().is_some_and(is_taken) {
        return Err(not_unique());
    }
    let Some(stored) = present.into_iter().find(|it| it.id == schedule) else {
        return Ok(false);
    };
    let changed = changed(stored, update, tx)?;
    deployment_schedule::write(tx, workspace, &[changed]).await?;
    Ok(true)
}

fn changed(
    mut stored: DeploymentSchedule,
    update: DeploymentScheduleUpdate,
    tx: &Tx<'_>,
) -> Result<DeploymentSchedule, StoreError> {
    if let Some(active) = update.active {
        stored.active = active;
    }
    if let Some(schedule) = update.schedule {
        stored.schedule = accept(schedule, tx.now)?;
    }
    if update.max_scheduled_runs.is_some() {
        stored.max_scheduled_runs = update.max_scheduled_runs;
    }
    stored.parameters = update.parameters;
    if update.slug.is_some() {
        stored.slug = update.slug;
    }
    stored.updated = Some(tx.now);
    Ok(stored)
}

/// The schedules that a change of a deployment brings: those of known slugs are changed, others are made; where
/// schedules have no slugs, those given replace all.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    given: Option<Vec<DeploymentScheduleUpdate>>,
) -> Result<(), StoreError> {
    let Some(given) = given else { return Ok(()) };
    let present = of(tx, workspace, id).await?;
    let have_slugs = !present.is_empty() && present.iter().all(|it| it.slug.is_some());
    if !have_slugs {
        let creates = given.into_iter().filter_map(created).collect();
        return replace(tx, workspace, id, creates).await;
    }
    if given.iter().any(|it| it.slug.is_none()) {
        return Err(StoreError::Unfit(
            "Please provide a slug for each schedule in your request to ensure schedules are updated correctly."
                .to_owned(),
        ));
    }
    update_by_slug(tx, workspace, id, present, given).await
}

async fn update_by_slug(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    present: Vec<DeploymentSchedule>,
    given: Vec<DeploymentScheduleUpdate>,
) -> Result<(), StoreError> {
    let of_slug = |slug: &String| present.iter().find(|it| it.slug.as_ref() == Some(slug));
    let mut replaced = HashSet::new();
    for target in given.iter().filter_map(|it| it.replaces.as_ref()) {
        if !replaced.insert(target.clone()) {
            return Err(StoreError::Unfit(format!(
                "Multiple schedules have 'replaces' targeting the same slug: {target}"
            )));
        }
    }
    let (mut changes, mut creates, mut renamed) = (Vec::new(), Vec::new(), Vec::new());
    for schedule in given {
        let slug = schedule.slug.clone().unwrap_or_default();
        let target = schedule.replaces.clone().unwrap_or_else(|| slug.clone());
        if schedule.replaces.is_some() && of_slug(&slug).is_some() && !replaced.contains(&slug) {
            return Err(StoreError::Unfit(format!(
                "Cannot rename schedule from '{target}' to '{slug}': a schedule with slug '{slug}' already exists."
            )));
        }
        if let Some(stored) = of_slug(&target) {
            if schedule.replaces.is_some() {
                renamed.push(stored.id.0);
            }
            changes.push(changed(stored.clone(), schedule, tx)?);
        } else if let Some(create) = created(schedule) {
            creates.push(create);
        } else {
            return Err(StoreError::Unfit(
                "Unable to create new deployment schedules without a schedule configuration."
                    .to_owned(),
            ));
        }
    }
    // Slugs that change hands are free first.
    deployment_schedule::drop_slugs(tx, workspace, renamed).await?;
    deployment_schedule::write(tx, workspace, &changes).await?;
    create(tx, workspace, id, creates).await?;
    Ok(())
}

fn created(update: DeploymentScheduleUpdate) -> Option<DeploymentScheduleCreate> {
    Some(DeploymentScheduleCreate {
        schedule: update.schedule?,
        active: update.active.unwrap_or(true),
        max_scheduled_runs: update.max_scheduled_runs,
        parameters: update.parameters,
        slug: update.slug,
        replaces: None,
    })
}

fn not_unique() -> StoreError {
    StoreError::Conflict("Schedule slugs must be unique within a deployment.".to_owned())
}
