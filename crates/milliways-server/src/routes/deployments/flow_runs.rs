//! The runs of deployments: making them, making those of schedules, and handing out those that are due.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::deployment::FlowRunBulkCreateResponse;
use milliways_model::filter::{
    AnyOrNot, DeploymentFilter, FlowRunFilter, FlowRunFilterState, TimeFilter,
};
use milliways_model::sort::FlowRunSort;
use milliways_model::{
    DeploymentFlowRunCreate, DeploymentId, FlowRun, StateType, Timestamp, WorkQueue,
};
use milliways_storage::{Filters, Horizon, Origin};
use utoipa_axum::routes;

use crate::app::Shared;
use crate::bodies::{GetScheduledRuns, ScheduleDeployment};
use crate::extract::{
    Body, Caller, Id, OptionalBody, Paging, Provenance, Workspace, check, check_parameters,
};
use crate::problem::Problem;
use crate::routes::Routes;
use crate::routes::reply::{Answer, made, ok, required};

/// The most runs that one request makes.
const MOST: usize = 100;
/// The most deployments whose runs one request asks for.
const MOST_DEPLOYMENTS: i64 = 10_000;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_flow_run_from_deployment))
        .add(routes!(bulk_create_flow_runs_from_deployment))
        .add(routes!(get_scheduled_flow_runs_for_deployments))
        .add(routes!(schedule_deployment))
        .add(routes!(work_queue_check_for_deployment))
}

/// Make a run of a deployment. What is not given is the deployment's.
#[utoipa::path(post, path = "/deployments/{id}/create_flow_run", tag = "Deployments", request_body = DeploymentFlowRunCreate,
    params(("id" = DeploymentId, Path, description = "The deployment's id")),
    responses((status = 201, body = FlowRun, description = "It was made"), (status = 200, body = FlowRun, description = "It exists")))]
async fn create_flow_run_from_deployment(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<DeploymentId>,
    Caller(client): Caller,
    provenance: Provenance,
    Body(create): Body<DeploymentFlowRunCreate>,
) -> Answer {
    check_parameters(Some(&create.parameters), &app.config.limits)?;
    let origin = Origin {
        client,
        created_by: provenance.created_by(),
    };
    let (run, is_new) = scope
        .create_deployment_run(id, create, origin)
        .await?
        .ok_or_else(|| Problem::not_found("Deployment"))?;
    made(is_new, &run)
}

/// Make up to a hundred runs of a deployment, and tell what became of each.
#[utoipa::path(post, path = "/deployments/{id}/create_flow_run/bulk", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id")),
    request_body = Vec<DeploymentFlowRunCreate>,
    responses((status = 200, body = FlowRunBulkCreateResponse, description = "One for each")))]
async fn bulk_create_flow_runs_from_deployment(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<DeploymentId>,
    Caller(client): Caller,
    provenance: Provenance,
    Body(creates): Body<Vec<DeploymentFlowRunCreate>>,
) -> Answer {
    if creates.len() > MOST {
        let text = format!("Cannot create more than {MOST} flow runs at once.");
        return Err(Problem::detail(StatusCode::BAD_REQUEST, "too_many", text));
    }
    for create in &creates {
        check_parameters(Some(&create.parameters), &app.config.limits)?;
    }
    let origin = Origin {
        client,
        created_by: provenance.created_by(),
    };
    let results = scope
        .create_deployment_runs(id, creates, origin)
        .await?
        .ok_or_else(|| Problem::not_found("Deployment"))?;
    ok(&FlowRunBulkCreateResponse { results })
}

/// List the scheduled runs of deployments, those that are due first. The deployments are READY from then on.
#[utoipa::path(post, path = "/deployments/get_scheduled_flow_runs", tag = "Deployments", request_body = GetScheduledRuns,
    responses((status = 200, body = Vec<FlowRun>, description = "The runs")))]
async fn get_scheduled_flow_runs_for_deployments(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Body(body): Body<GetScheduledRuns>,
) -> Answer {
    let ids = required(body.deployment_ids, "deployment_ids")?;
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    check(count, 0, MOST_DEPLOYMENTS, "deployment_ids")?;
    let page = Paging {
        limit: body.limit,
        offset: 0,
    }
    .within(&app.config.limits)?;
    let filters = Filters {
        deployments: Some(DeploymentFilter {
            id: Some(AnyOrNot {
                any_: Some(ids.clone()),
                not_any_: None,
            }),
            ..DeploymentFilter::default()
        }),
        flow_runs: Some(due(body.scheduled_before)),
        ..Filters::default()
    };
    let sort = FlowRunSort::NextScheduledStartTimeAsc;
    let runs = scope.flow_runs(filters, sort, page).await?;
    scope.deployments_polled(ids).await?;
    ok(&runs)
}

fn due(before: Option<Timestamp>) -> FlowRunFilter {
    FlowRunFilter {
        next_scheduled_start_time: Some(TimeFilter {
            before_: before,
            after_: None,
        }),
        state: Some(FlowRunFilterState {
            r#type: Some(AnyOrNot {
                any_: Some(vec![StateType::Scheduled]),
                not_any_: None,
            }),
            ..FlowRunFilterState::default()
        }),
        ..FlowRunFilter::default()
    }
}

/// Make the runs of a deployment's schedules at once, also of times that are past.
///
/// No more than `max_runs` for each schedule, none after `end_time`; then as few as satisfy both `min_runs` and
/// `min_time`.
#[utoipa::path(post, path = "/deployments/{id}/schedule", tag = "Deployments", request_body = Option<ScheduleDeployment>,
    params(("id" = DeploymentId, Path, description = "The deployment's id")), responses((status = 200, description = "Done")))]
async fn schedule_deployment(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<DeploymentId>,
    OptionalBody(body): OptionalBody<ScheduleDeployment>,
) -> Answer {
    let runs = |given: Option<i64>, unless: usize, name| match given {
        None => Ok(unless),
        Some(given) => {
            check(given, 0, i64::from(i32::MAX), name)?;
            Ok::<_, Problem>(usize::try_from(given).unwrap_or(unless))
        }
    };
    let horizon = Horizon {
        min_runs: runs(body.min_runs, app.config.horizon.min_runs, "min_runs")?,
        max_runs: runs(body.max_runs, app.config.horizon.max_runs, "max_runs")?,
        min_seconds: body.min_time.unwrap_or(app.config.horizon.min_seconds),
        ..app.config.horizon
    };
    scope
        .schedule_deployment(id, horizon, body.start_time, body.end_time)
        .await?;
    ok(&())
}

/// List the queues that can hand out a deployment's runs: those whose filter fits it. Kept for old clients.
#[utoipa::path(get, path = "/deployments/{id}/work_queue_check", tag = "Deployments",
    params(("id" = DeploymentId, Path, description = "The deployment's id")),
    responses((status = 200, body = Vec<WorkQueue>, description = "The queues")))]

async fn work_queue_check_for_deployment(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<DeploymentId>,
) -> Answer {
    let deployment = scope
        .deployment(id)
        .await?
        .ok_or_else(|| Problem::not_found("Deployment"))?;
    let page = Paging::default().within(&app.config.limits)?;
    let queues = scope.work_queues(None, Filters::default(), page).await?;
    let fits = |queue: &&WorkQueue| {
        // A queue without a filter lets everything through.
        queue.filter.as_ref().is_none_or(|filter| {
            let ids = filter.deployment_ids.as_deref().unwrap_or_default();
            let tags = filter.tags.as_deref().unwrap_or_default();
            (ids.is_empty() || ids.contains(&deployment.id))
                && tags.iter().all(|tag| deployment.tags.contains(tag))
        })
    };
    let mut queues = queues.unwrap_or_default();
    // In the order in which they were made; a pool's default queue, which has no filter, is made with the first one.
    queues.sort_by_key(|queue| (queue.created, queue.filter.is_some(), queue.id));
    ok(&queues.iter().filter(fits).collect::<Vec<_>>())
}
