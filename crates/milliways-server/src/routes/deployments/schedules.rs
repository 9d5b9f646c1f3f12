//! `/deployments/{id}/schedules`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::{
    DeploymentId, DeploymentSchedule, DeploymentScheduleCreate, DeploymentScheduleId,
    DeploymentScheduleUpdate,
};
use utoipa_axum::routes;

use super::{check_most, missing};
use crate::app::Shared;
use crate::extract::{Body, Id, ScheduleId, Workspace};
use crate::problem::Problem;
use crate::routes::Routes;
use crate::routes::reply::{Answer, empty, json, ok};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(
            read_deployment_schedules,
            create_deployment_schedules
        ))
        .add(routes!(
            update_deployment_schedule,
            delete_deployment_schedule
        ))
}

/// List a deployment's schedules, last changed first.
#[utoipa::path(get, path = "/deployments/{id}/schedules", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id")),
    responses((status = 200, body = Vec<DeploymentSchedule>, description = "The schedules")))]
async fn read_deployment_schedules(
    Workspace(scope): Workspace,
    Id(id): Id<DeploymentId>,
) -> Answer {
    ok(&scope.deployment_schedules(id).await?.ok_or_else(missing)?)
}

/// Add schedules to a deployment.
#[utoipa::path(post, path = "/deployments/{id}/schedules", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id")),
    request_body = Vec<DeploymentScheduleCreate>,
    responses((status = 201, body = Vec<DeploymentSchedule>, description = "They were made")))]
async fn create_deployment_schedules(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<DeploymentId>,
    Body(schedules): Body<Vec<DeploymentScheduleCreate>>,
) -> Answer {
    for schedule in &schedules {
        check_most(schedule.max_scheduled_runs, &app)?;
    }
    let made = scope.create_deployment_schedules(id, schedules).await?;
    json(StatusCode::CREATED, &made.ok_or_else(missing)?)
}

/// Change a schedule. Runs that it made ahead are deleted.
#[utoipa::path(patch, path = "/deployments/{id}/schedules/{schedule_id}", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id"),
        ("schedule_id" = DeploymentScheduleId, Path, description = "The schedule's id")),
    request_body = DeploymentScheduleUpdate, responses((status = 204, description = "Done")))]
async fn update_deployment_schedule(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<DeploymentId>,
    ScheduleId(schedule): ScheduleId,
    Body(update): Body<DeploymentScheduleUpdate>,
) -> Answer {
    check_most(update.max_scheduled_runs, &app)?;
    done(
        scope
            .update_deployment_schedule(id, schedule, update)
            .await?,
    )
}

/// Delete a schedule and the runs that it made ahead.
#[utoipa::path(delete, path = "/deployments/{id}/schedules/{schedule_id}", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id"),
        ("schedule_id" = DeploymentScheduleId, Path, description = "The schedule's id")),
    responses((status = 204, description = "Done")))]
async fn delete_deployment_schedule(
    Workspace(scope): Workspace,
    Id(id): Id<DeploymentId>,
    ScheduleId(schedule): ScheduleId,
) -> Answer {
    done(scope.delete_deployment_schedule(id, schedule).await?)
}

fn done(what_is_missing: Option<&'static str>) -> Answer {
    match what_is_missing {
        None => Ok(empty(StatusCode::NO_CONTENT)),
        Some(what) => Err(Problem::detail(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("{what} not found."),
        )),
    }
}
