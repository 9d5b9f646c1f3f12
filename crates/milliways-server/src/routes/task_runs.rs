//! `/task_runs`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::history::HistoryResponse;
use milliways_model::policy::RetryDelay;
use milliways_model::{
    OrchestrationResult, TaskRun, TaskRunCreate, TaskRunId, TaskRunPolicy, TaskRunUpdate,
};
use milliways_storage::{Origin, Set};
use utoipa_axum::routes;

use super::Routes;
use super::flow_runs::span;
use super::reply::{Answer, as_json, changed, found, made, ok, written};
use crate::app::Shared;
use crate::bodies::{
    CountTaskRuns, PaginateTaskRuns, ReadTaskRuns, SetTaskRunState, TaskRunHistory,
    TaskRunPaginationResponse,
};
use crate::extract::{Body, Caller, Id, OptionalBody, Paging, Workspace, check_name};
use crate::problem::{FieldError, Problem};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_task_run))
        .add(routes!(read_task_run, update_task_run, delete_task_run))
        .add(routes!(count_task_runs))
        .add(routes!(task_run_history))
        .add(routes!(read_task_runs))
        .add(routes!(paginate_task_runs))
        .add(routes!(set_task_run_state))
}

/// Create a task run, or find the one of that flow run, task key and dynamic key.
#[utoipa::path(post, path = "/task_runs/", tag = "Task Runs", request_body = TaskRunCreate,
    responses((status = 201, body = TaskRun, description = "It was created"), (status = 200, body = TaskRun, description = "It exists")))]
async fn create_task_run(
    Workspace(scope): Workspace,
    Caller(client): Caller,
    State(app): State<Shared>,
    Body(run): Body<TaskRunCreate>,
) -> Answer {
    check_policy(&run.empirical_policy)?;
    check_cache_key(run.cache_key.as_deref(), app.config.limits.cache_key)?;
    let (run, is_new) = scope
        .create_task_run(
            run,
            Origin {
                client,
                created_by: None,
            },
        )
        .await?;
    made(is_new, &run)
}

/// The most delays before retries of a task run.
const MAX_DELAYS: usize = 50;

/// A key that is longer is never found again: it can't be in an index.
fn check_cache_key(key: Option<&str>, most: usize) -> Result<(), Problem> {
    let length = key.map_or(0, |key| key.chars().count());
    if length <= most {
        return Ok(());
    }
    let text =
        format!("Value error, Cache key exceeded maximum allowed length of {most} characters.");
    let location = vec!["body".into(), "cache_key".into()];
    let error = FieldError::new("value_error", location, text, serde_json::Value::Null);
    Err(Problem::fields(vec![error], None))
}

fn check_policy(policy: &TaskRunPolicy) -> Result<(), Problem> {
    if let Some(RetryDelay::Each(delays)) = &policy.retry_delay
        && delays.len() > MAX_DELAYS
    {
        let location = ["body", "empirical_policy", "retry_delay"];
        let text =
            format!("Value error, Can not configure more than {MAX_DELAYS} retry delays per task.");
        let location = location.map(Into::into).to_vec();
        let error = FieldError::new("value_error", location, text, serde_json::Value::Null);
        return Err(Problem::fields(vec![error], None));
    }
    let Some(factor) = policy.retry_jitter_factor.filter(|factor| *factor < 0.0) else {
        return Ok(());
    };
    let location = ["body", "empirical_policy", "retry_jitter_factor"];
    let text = "Value error, `retry_jitter_factor` must be >= 0.";
    let location = location.map(Into::into).to_vec();
    let error = FieldError::new("value_error", location, text, factor.into());
    Err(Problem::fields(vec![error], None))
}

/// Change a task run.
#[utoipa::path(patch, path = "/task_runs/{id}", tag = "Task Runs", request_body = TaskRunUpdate,
    params(("id" = TaskRunId, Path, description = "The task run's id")), responses((status = 204, description = "Done")))]
async fn update_task_run(
    Workspace(scope): Workspace,
    Id(id): Id<TaskRunId>,
    Body(update): Body<TaskRunUpdate>,
) -> Answer {
    check_name(update.name.as_ref().and_then(Option::as_deref))?;
    changed(scope.update_task_run(id, update).await?, "Task run")
}

/// How many task runs match.
#[utoipa::path(post, path = "/task_runs/count", tag = "Task Runs", request_body = Option<CountTaskRuns>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_task_runs(
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<CountTaskRuns>,
) -> Answer {
    ok(&scope.count_task_runs(body.filters()).await?)
}

/// Task runs counted by state in equal parts of time.
#[utoipa::path(post, path = "/task_runs/history", tag = "Task Runs", request_body = TaskRunHistory,
    responses((status = 200, body = Vec<HistoryResponse>, description = "One for each part")))]
async fn task_run_history(
    Workspace(scope): Workspace,
    Body(mut body): Body<TaskRunHistory>,
) -> Answer {
    let interval = body.history_interval_seconds;
    let span = span(body.history_start, body.history_end, interval)?;
    ok(&scope.task_run_history(body.filters(), span).await?)
}

/// Read a task run.
#[utoipa::path(get, path = "/task_runs/{id}", tag = "Task Runs",
    params(("id" = TaskRunId, Path, description = "The task run's id")),
    responses((status = 200, body = TaskRun, description = "The task run")))]
async fn read_task_run(Workspace(scope): Workspace, Id(id): Id<TaskRunId>) -> Answer {
    found(scope.task_run(id).await?.as_ref(), "Task")
}

/// List task runs that match.
#[utoipa::path(post, path = "/task_runs/filter", tag = "Task Runs", request_body = Option<ReadTaskRuns>,
    responses((status = 200, body = Vec<TaskRun>, description = "The task runs")))]
async fn read_task_runs(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<ReadTaskRuns>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let found = scope.task_runs_as(body.filters(), body.sort, page, |runs| written(&runs));
    as_json(StatusCode::OK, found.await?)
}

/// Delete a task run with its states and log lines.
#[utoipa::path(delete, path = "/task_runs/{id}", tag = "Task Runs",
    params(("id" = TaskRunId, Path, description = "The task run's id")), responses((status = 204, description = "Done")))]
async fn delete_task_run(Workspace(scope): Workspace, Id(id): Id<TaskRunId>) -> Answer {
    changed(scope.delete_task_run(id).await?, "Task")
}

/// Propose a state for a task run.
///
/// The answer is 2xx whatever becomes of it: 201 where a state was written, else 200.
#[utoipa::path(post, path = "/task_runs/{id}/set_state", tag = "Task Runs", request_body = SetTaskRunState,
    params(("id" = TaskRunId, Path, description = "The task run's id")),
    responses((status = 201, body = OrchestrationResult, description = "A state was written"),
        (status = 200, body = OrchestrationResult, description = "No state was written")))]
async fn set_task_run_state(
    Workspace(scope): Workspace,
    Id(id): Id<TaskRunId>,
    Caller(client): Caller,
    Body(body): Body<SetTaskRunState>,
) -> Answer {
    let set = Set {
        force: body.force,
        client,
    };
    let Some(outcome) = scope.set_task_run_state(id, body.state, set).await? else {
        let text = format!("Task run with id {id} not found");
        return Err(Problem::exception(StatusCode::NOT_FOUND, "not_found", text));
    };
    made(outcome.written, &outcome.result)
}

/// List a page of the task runs that match, with their count.
#[utoipa::path(post, path = "/task_runs/paginate", tag = "Task Runs", request_body = Option<PaginateTaskRuns>,
    responses((status = 200, body = TaskRunPaginationResponse, description = "The page")))]
async fn paginate_task_runs(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<PaginateTaskRuns>,
) -> Answer {
    let number = body.page.unwrap_or(1);
    let page = Paging::page(number, body.limit, &app.config.limits)?;
    let filters = body.filters();
    let count = scope.count_task_runs(filters.clone()).await?;
    let results = scope.task_runs(filters, body.sort, page).await?;
    let answer = TaskRunPaginationResponse::new(results, count, page, number);
    ok(&answer)
}
