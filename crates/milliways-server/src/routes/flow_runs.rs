//! `/flow_runs`.

mod bulk;
mod download;
mod input;
mod resume;

pub(super) use bulk::MOST;

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::graph::{DependencyResult, Graph};
use milliways_model::history::HistoryResponse;
use milliways_model::{
    FlowRun, FlowRunCreate, FlowRunId, FlowRunUpdate, JsonObject, OrchestrationResult, Timestamp,
};
use milliways_storage::{Origin, Set, Span};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, as_json, changed, empty, found, found_or, made, ok, required, written};
use crate::app::Shared;
use crate::bodies::{
    CountFlowRuns, FlowRunHistory, FlowRunLateness, FlowRunPaginationResponse, PaginateFlowRuns,
    ReadFlowRuns, SetFlowRunState,
};
use crate::extract::{
    Body, Caller, Id, OptionalBody, Paging, Query, Workspace, check_name, check_parameters,
};
use crate::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_flow_run))
        .add(routes!(read_flow_run, update_flow_run, delete_flow_run))
        .add(routes!(count_flow_runs))
        .add(routes!(average_flow_run_lateness))
        .add(routes!(flow_run_history))
        .add(routes!(read_flow_run_graph_v1))
        .add(routes!(read_flow_run_graph_v2))
        .add(routes!(update_flow_run_labels))
        .add(routes!(read_flow_runs))
        .add(routes!(paginate_flow_runs))
        .add(routes!(set_flow_run_state))
        .add(resume::route())
        .merge(bulk::routes())
        .merge(download::routes())
        .merge(input::routes())
}

/// Create a flow run, or find the one of that flow and idempotency key.
///
/// It begins in the given state, PENDING where none is given.
#[utoipa::path(post, path = "/flow_runs/", tag = "Flow Runs", request_body = FlowRunCreate,
    responses((status = 201, body = FlowRun, description = "It was created"), (status = 200, body = FlowRun, description = "It exists")))]
async fn create_flow_run(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Caller(client): Caller,
    Body(run): Body<FlowRunCreate>,
) -> Answer {
    check_parameters(Some(&run.parameters), &app.config.limits)?;
    let (run, is_new) = scope
        .create_flow_run(
            run,
            Origin {
                client,
                created_by: None,
            },
        )
        .await?;
    made(is_new, &run)
}

/// Change a flow run. Keys that are not given leave it as it is.
#[utoipa::path(patch, path = "/flow_runs/{id}", tag = "Flow Runs", request_body = FlowRunUpdate,
    params(("id" = FlowRunId, Path, description = "The flow run's id")), responses((status = 204, description = "Done")))]
async fn update_flow_run(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Body(update): Body<FlowRunUpdate>,
) -> Answer {
    check_parameters(update.parameters.as_ref(), &app.config.limits)?;
    check_name(update.name.as_ref().and_then(Option::as_deref))?;
    changed(scope.update_flow_run(id, update).await?, "Flow run")
}

/// How many flow runs match.
#[utoipa::path(post, path = "/flow_runs/count", tag = "Flow Runs", request_body = Option<CountFlowRuns>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_flow_runs(
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<CountFlowRuns>,
) -> Answer {
    ok(&scope.count_flow_runs(body.filters()).await?)
}

/// The mean lateness in seconds of the flow runs that match; null where there are none.
#[utoipa::path(post, path = "/flow_runs/lateness", tag = "Flow Runs", request_body = Option<FlowRunLateness>,
    responses((status = 200, body = Option<f64>, description = "Seconds")))]
async fn average_flow_run_lateness(
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<FlowRunLateness>,
) -> Answer {
    ok(&scope.flow_run_lateness(body.filters()).await?)
}

/// Flow runs counted by state in equal parts of time.
#[utoipa::path(post, path = "/flow_runs/history", tag = "Flow Runs", request_body = FlowRunHistory,
    responses((status = 200, body = Vec<HistoryResponse>, description = "One for each part")))]
async fn flow_run_history(
    Workspace(scope): Workspace,
    Body(mut body): Body<FlowRunHistory>,
) -> Answer {
    let interval = body.history_interval_seconds;
    let span = span(body.history_start, body.history_end, interval)?;
    ok(&scope.flow_run_history(body.filters(), span).await?)
}

/// The time that a history is about.
pub(super) fn span(
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    interval_seconds: Option<f64>,
) -> Result<Span, Problem> {
    let span = Span {
        start: required(start, "history_start")?,
        end: required(end, "history_end")?,
        interval_seconds: required(interval_seconds, "history_interval_seconds")?,
    };
    if span.interval_seconds >= 1.0 {
        return Ok(span);
    }
    let text = "History interval must not be less than 1 second.";
    Err(Problem::detail(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid_interval",
        text,
    ))
}

/// Read a flow run.
#[utoipa::path(get, path = "/flow_runs/{id}", tag = "Flow Runs",
    params(("id" = FlowRunId, Path, description = "The flow run's id")),
    responses((status = 200, body = FlowRun, description = "The flow run")))]
async fn read_flow_run(Workspace(scope): Workspace, Id(id): Id<FlowRunId>) -> Answer {
    found(scope.flow_run(id).await?.as_ref(), "Flow run")
}

/// The graph of a flow run: its task runs and subflow runs, and what depends on what.
#[utoipa::path(get, path = "/flow_runs/{id}/graph-v2", tag = "Flow Runs",
    params(("id" = FlowRunId, Path, description = "The flow run's id"),
        ("since" = Option<Timestamp>, Query, description = "Only what has begun at or after this moment")),
    responses((status = 200, body = Graph, description = "The graph")))]
async fn read_flow_run_graph_v2(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    query: Query,
) -> Answer {
    let since = query.time("since")?.filter(|since| *since > Timestamp::MIN);
    let limits = app.config.limits.graph;
    found_or(scope.graph(id, since, limits).await?.as_ref(), || {
        lost(format!("Flow run {id} not found"))
    })
}

/// The task runs of a flow run, and whose results each of them uses.
#[utoipa::path(get, path = "/flow_runs/{id}/graph", tag = "Flow Runs",
    params(("id" = FlowRunId, Path, description = "The flow run's id")),
    responses((status = 200, body = Vec<DependencyResult>, description = "The task runs")))]
async fn read_flow_run_graph_v1(Workspace(scope): Workspace, Id(id): Id<FlowRunId>) -> Answer {
    found_or(scope.dependencies(id).await?.as_ref(), || {
        lost(format!("Flow run with id {id} not found"))
    })
}

/// Add labels to those of a flow run.
#[utoipa::path(patch, path = "/flow_runs/{id}/labels", tag = "Flow Runs", request_body = JsonObject,
    params(("id" = FlowRunId, Path, description = "The flow run's id")), responses((status = 204, description = "Done")))]
async fn update_flow_run_labels(
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Body(labels): Body<JsonObject>,
) -> Answer {
    if scope.add_flow_run_labels(id, labels).await? {
        return Ok(empty(StatusCode::NO_CONTENT));
    }
    let text = format!("Flow run with id {id} not found");
    Err(Problem::exception(StatusCode::NOT_FOUND, "not_found", text))
}

/// List flow runs that match.
#[utoipa::path(post, path = "/flow_runs/filter", tag = "Flow Runs", request_body = Option<ReadFlowRuns>,
    responses((status = 200, body = Vec<FlowRun>, description = "The flow runs")))]
async fn read_flow_runs(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<ReadFlowRuns>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let found = scope.flow_runs_as(body.filters(), body.sort, page, |runs| written(&runs));
    as_json(StatusCode::OK, found.await?)
}

/// Delete a flow run with its task runs, states and log lines.
#[utoipa::path(delete, path = "/flow_runs/{id}", tag = "Flow Runs",
    params(("id" = FlowRunId, Path, description = "The flow run's id")), responses((status = 204, description = "Done")))]
async fn delete_flow_run(Workspace(scope): Workspace, Id(id): Id<FlowRunId>) -> Answer {
    changed(scope.delete_flow_run(id).await?, "Flow run")
}

/// Propose a state for a flow run.
///
/// The answer is 2xx whatever becomes of it: 201 where a state was written, else 200.
#[utoipa::path(post, path = "/flow_runs/{id}/set_state", tag = "Flow Runs", request_body = SetFlowRunState,
    params(("id" = FlowRunId, Path, description = "The flow run's id")),
    responses((status = 201, body = OrchestrationResult, description = "A state was written"),
        (status = 200, body = OrchestrationResult, description = "No state was written")))]
async fn set_flow_run_state(
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Caller(client): Caller,
    Body(body): Body<SetFlowRunState>,
) -> Answer {
    let set = Set {
        force: body.force,
        client,
    };
    match scope.set_flow_run_state(id, body.state, set).await? {
        Some(outcome) => made(outcome.written, &outcome.result),
        None => Err(lost(format!("Flow run with id {id} not found"))),
    }
}

/// List a page of the flow runs that match, with their count.
#[utoipa::path(post, path = "/flow_runs/paginate", tag = "Flow Runs", request_body = Option<PaginateFlowRuns>,
    responses((status = 200, body = FlowRunPaginationResponse, description = "The page")))]
async fn paginate_flow_runs(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<PaginateFlowRuns>,
) -> Answer {
    let number = body.page.unwrap_or(1);
    let page = Paging::page(number, body.limit, &app.config.limits)?;
    let filters = body.filters();
    let count = scope.count_flow_runs(filters.clone()).await?;
    let results = scope.flow_runs(filters, body.sort, page).await?;
    let answer = FlowRunPaginationResponse::new(results, count, page, number);
    ok(&answer)
}

/// A lookup that Prefect's server makes below its routes, and so tells of in another shape.
fn lost(text: String) -> Problem {
    Problem::exception(StatusCode::NOT_FOUND, "not_found", text)
}
