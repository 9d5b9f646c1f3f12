//! `/deployments`.

mod flow_runs;
mod schedules;

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::sort::DeploymentSort;
use milliways_model::{Deployment, DeploymentCreate, DeploymentId, DeploymentUpdate};
use milliways_storage::{Filters, Page};
use utoipa_axum::routes;

use super::Routes;
use super::flow_runs::MOST;
use super::reply::{Answer, changed, empty, found, made, ok};
use crate::app::Shared;
use crate::bodies::{
    BulkDeleteDeployments, CountDeployments, DeploymentBulkDeleteResponse,
    DeploymentPaginationResponse, PaginateDeployments, ReadDeployments,
};
use crate::extract::{
    Body, DeploymentName, Id, OptionalBody, Paging, Provenance, Workspace, check, check_parameters,
};
use crate::problem::{FieldError, Problem};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_deployment))
        .add(routes!(
            read_deployment,
            update_deployment,
            delete_deployment
        ))
        .add(routes!(read_deployment_by_name))
        .add(routes!(read_deployments))
        .add(routes!(paginate_deployments))
        .add(routes!(count_deployments))
        .add(routes!(bulk_delete_deployments))
        .add(routes!(pause_deployment))
        .add(routes!(resume_deployment))
        .merge(flow_runs::routes())
        .merge(schedules::routes())
}

/// Make a deployment, or change the one of that flow and name.
///
/// Runs that its schedules made ahead are deleted; new ones are made in a moment.
#[utoipa::path(post, path = "/deployments/", tag = "Deployments", request_body = DeploymentCreate,
    responses((status = 201, body = Deployment, description = "It was made"), (status = 200, body = Deployment, description = "It was changed")))]
async fn create_deployment(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    provenance: Provenance,
    Body(create): Body<DeploymentCreate>,
) -> Answer {
    check_parameters(create.parameters.as_ref(), &app.config.limits)?;
    for schedule in &create.schedules {
        check_most(schedule.max_scheduled_runs, &app)?;
    }
    let (by, changed_by) = (provenance.created_by(), provenance.updated_by());
    let (deployment, is_new) = scope.create_deployment(create, by, changed_by).await?;
    made(is_new, &deployment)
}

/// Change a deployment. Keys that are not given leave it as it is.
#[utoipa::path(patch, path = "/deployments/{id}", tag = "Deployments", request_body = DeploymentUpdate,
    params(("id" = DeploymentId, Path, description = "The deployment's id")), responses((status = 204, description = "Done")))]
async fn update_deployment(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<DeploymentId>,
    Body(update): Body<DeploymentUpdate>,
) -> Answer {
    check_parameters(
        update.parameters.as_ref().and_then(Option::as_ref),
        &app.config.limits,
    )?;
    for schedule in update.schedules.iter().flatten() {
        check_most(schedule.max_scheduled_runs, &app)?;
    }
    if scope.update_deployment(id, update).await? {
        return Ok(empty(StatusCode::NO_CONTENT));
    }
    Err(missing())
}

/// How many runs a schedule may make ahead.
fn check_most(most: Option<i64>, app: &Shared) -> Result<(), Problem> {
    let limit = app.config.max_scheduled_runs;
    let reason = match most {
        Some(most) if most > limit => {
            format!("Value error, `max_scheduled_runs` must be less than or equal to {limit}.")
        }
        Some(most) if most < 1 => "Input should be greater than 0".to_owned(),
        _ => return Ok(()),
    };
    let location = vec!["body".into(), "max_scheduled_runs".into()];
    let error = FieldError::new("value_error", location, reason, most.into());
    Err(Problem::fields(vec![error], None))
}

/// 404 with the full stop that some of Prefect's routes have.
fn missing() -> Problem {
    Problem::detail(StatusCode::NOT_FOUND, "not_found", "Deployment not found.")
}

/// Read a deployment by its flow's name and its own.
#[utoipa::path(get, path = "/deployments/name/{flow_name}/{deployment_name}", tag = "Deployments",
    params(("flow_name" = String, Path, description = "The flow's name"),
        ("deployment_name" = String, Path, description = "The deployment's name")),
    responses((status = 200, body = Deployment, description = "The deployment")))]
async fn read_deployment_by_name(
    Workspace(scope): Workspace,
    DeploymentName(flow, name): DeploymentName,
) -> Answer {
    let deployment = scope.deployment_by_name(&flow, &name).await?;
    found(deployment.as_ref(), "Deployment")
}

/// Read a deployment.
#[utoipa::path(get, path = "/deployments/{id}", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id")),
    responses((status = 200, body = Deployment, description = "The deployment")))]
async fn read_deployment(Workspace(scope): Workspace, Id(id): Id<DeploymentId>) -> Answer {
    found(scope.deployment(id).await?.as_ref(), "Deployment")
}

/// List deployments that match.
#[utoipa::path(post, path = "/deployments/filter", tag = "Deployments", request_body = Option<ReadDeployments>,
    responses((status = 200, body = Vec<Deployment>, description = "The deployments")))]
async fn read_deployments(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<ReadDeployments>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    ok(&scope.deployments(body.filters(), body.sort, page).await?)
}

/// List a page of the deployments that match, with their count.
#[utoipa::path(post, path = "/deployments/paginate", tag = "Deployments", request_body = Option<PaginateDeployments>,
    responses((status = 200, body = DeploymentPaginationResponse, description = "The page")))]
async fn paginate_deployments(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<PaginateDeployments>,
) -> Answer {
    let number = body.page.unwrap_or(1);
    let page = Paging::page(number, body.limit, &app.config.limits)?;
    let filters = body.filters();
    let count = scope.count_deployments(filters.clone()).await?;
    let results = scope.deployments(filters, body.sort, page).await?;
    let answer = DeploymentPaginationResponse::new(results, count, page, number);
    ok(&answer)
}

/// How many deployments match.
#[utoipa::path(post, path = "/deployments/count", tag = "Deployments", request_body = Option<CountDeployments>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_deployments(
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<CountDeployments>,
) -> Answer {
    ok(&scope.count_deployments(body.filters()).await?)
}

/// Delete a deployment, its schedules and its runs that have not begun.
#[utoipa::path(delete, path = "/deployments/{id}", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id")), responses((status = 204, description = "Done")))]
async fn delete_deployment(Workspace(scope): Workspace, Id(id): Id<DeploymentId>) -> Answer {
    changed(scope.delete_deployment(id).await?, "Deployment")
}

/// Delete up to fifty deployments that match.
#[utoipa::path(post, path = "/deployments/bulk_delete", tag = "Deployments", request_body = Option<BulkDeleteDeployments>,
    responses((status = 200, body = DeploymentBulkDeleteResponse, description = "Those that were deleted")))]
async fn bulk_delete_deployments(
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<BulkDeleteDeployments>,
) -> Answer {
    let limit = body.limit.unwrap_or(MOST);
    check(limit, 1, MOST, "limit")?;
    let filters = Filters {
        deployments: body.deployments,
        ..Filters::default()
    };
    let page = Page { limit, offset: 0 };
    let found = scope
        .deployments(filters, DeploymentSort::NameAsc, page)
        .await?;
    let mut deleted = Vec::with_capacity(found.len());
    for Deployment { id, .. } in found {
        if scope.delete_deployment(id).await? {
            deleted.push(id);
        }
    }
    ok(&DeploymentBulkDeleteResponse { deleted })
}

/// Let a deployment's schedules make no runs, and delete those that they made ahead.
#[utoipa::path(post, path = "/deployments/{id}/pause_deployment", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id")), responses((status = 200, description = "Done")))]
async fn pause_deployment(Workspace(scope): Workspace, Id(id): Id<DeploymentId>) -> Answer {
    done(scope.pause_deployment(id, true).await?)
}

/// Let a deployment's schedules make runs again.
#[utoipa::path(post, path = "/deployments/{id}/resume_deployment", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id")), responses((status = 200, description = "Done")))]
async fn resume_deployment(Workspace(scope): Workspace, Id(id): Id<DeploymentId>) -> Answer {
    done(scope.pause_deployment(id, false).await?)
}

/// 200 with null, or 404.
fn done(was_there: bool) -> Answer {
    if was_there {
        ok(&())
    } else {
        Err(Problem::not_found("Deployment"))
    }
}
