//! `/work_pools`.

mod queues;
mod workers;

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::work_pool::{
    WorkPoolConcurrencyStatus, WorkPoolStorageConfiguration, template,
};
use milliways_model::work_queue::WorkerFlowRunResponse;
use milliways_model::{JsonObject, WorkPool, WorkPoolCreate, WorkPoolUpdate};
use milliways_orchestration::Client;
use milliways_storage::{Filters, Poll};
use serde_json::Value;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, empty, found_or, json, ok};
use crate::app::Shared;
use crate::bodies::{CountWorkPools, GetScheduledFlowRuns, ReadWorkPools, WorkPoolSlots};
use crate::extract::{Body, Caller, Name, OptionalBody, Paging, Workspace, check};
use crate::problem::{FieldError, Problem};

/// More queues than this are not asked for at once.
const MOST_QUEUES: i64 = 200;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_work_pool))
        .add(routes!(read_work_pool, update_work_pool, delete_work_pool))
        .add(routes!(read_work_pools))
        .add(routes!(count_work_pools))
        .add(routes!(read_work_pool_concurrency_status))
        .add(routes!(get_scheduled_flow_runs))
        .merge(queues::routes())
        .merge(workers::routes())
}

/// Create a work pool, with its default queue.
#[utoipa::path(post, path = "/work_pools/", tag = "Work Pools", request_body = WorkPoolCreate,
    responses((status = 201, body = WorkPool, description = "It was created")))]
async fn create_work_pool(
    Workspace(scope): Workspace,
    Caller(client): Caller,
    Body(pool): Body<WorkPoolCreate>,
) -> Answer {
    if is_reserved(&pool.name) {
        return Err(reserved(
            "Work pools starting with 'Prefect' are reserved for internal use.",
        ));
    }
    check_name(&pool.name)?;
    check_limit(pool.concurrency_limit)?;
    check_template(&pool.base_job_template)?;
    let made_pool = scope.create_work_pool(pool).await?;
    let pool = made_pool.ok_or_else(|| {
        let text = "A work pool with this name already exists.";
        Problem::detail(StatusCode::CONFLICT, "conflict", text)
    })?;
    json(StatusCode::CREATED, &told(&pool, &client)?)
}

/// Read a work pool.
#[utoipa::path(get, path = "/work_pools/{name}", tag = "Work Pools",
    params(("name" = String, Path, description = "The pool's name")),
    responses((status = 200, body = WorkPool, description = "The pool")))]
async fn read_work_pool(
    Workspace(scope): Workspace,
    Caller(client): Caller,
    Name(name): Name,
) -> Answer {
    let pool = scope.work_pool(&name).await?;
    let pool = pool.ok_or_else(|| no_pool(&name))?;
    ok(&told(&pool, &client)?)
}

/// List work pools that match.
#[utoipa::path(post, path = "/work_pools/filter", tag = "Work Pools", request_body = Option<ReadWorkPools>,
    responses((status = 200, body = Vec<WorkPool>, description = "The pools")))]
async fn read_work_pools(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Caller(client): Caller,
    OptionalBody(body): OptionalBody<ReadWorkPools>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let filters = Filters {
        work_pools: body.work_pools,
        ..Filters::default()
    };
    let pools = scope.work_pools(filters, page).await?;
    if client.knows_result_storage() {
        return ok(&pools);
    }
    let pools: Result<Vec<Value>, Problem> = pools.iter().map(|pool| told(pool, &client)).collect();
    ok(&pools?)
}

/// How many work pools match.
#[utoipa::path(post, path = "/work_pools/count", tag = "Work Pools", request_body = Option<CountWorkPools>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_work_pools(
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<CountWorkPools>,
) -> Answer {
    let filters = Filters {
        work_pools: body.work_pools,
        ..Filters::default()
    };
    ok(&scope.count_work_pools(filters).await?)
}

/// Change a work pool. Pools of Prefect's own can only be paused and limited.
#[utoipa::path(patch, path = "/work_pools/{name}", tag = "Work Pools", request_body = WorkPoolUpdate,
    params(("name" = String, Path, description = "The pool's name")), responses((status = 204, description = "Done")))]
async fn update_work_pool(
    Workspace(scope): Workspace,
    Name(name): Name,
    body: Result<Body<WorkPoolUpdate>, Problem>,
) -> Answer {
    let Body(update) = body.map_err(template_first)?;
    let is_plain = update.description.is_none()
        && update.base_job_template.is_none()
        && update.storage_configuration.is_none();
    if is_reserved(&name) && !is_plain {
        return Err(reserved(
            "Work pools starting with 'Prefect' are reserved for internal use and can only be updated to set \
             concurrency limits or pause.",
        ));
    }
    check_limit(update.concurrency_limit.flatten())?;
    if let Some(template) = &update.base_job_template {
        check_template(template)?;
    }
    match scope.update_work_pool(&name, update).await? {
        Some(_) => Ok(empty(StatusCode::NO_CONTENT)),
        None => Err(no_pool(&name)),
    }
}

/// Delete a work pool with its queues and workers.
#[utoipa::path(delete, path = "/work_pools/{name}", tag = "Work Pools",
    params(("name" = String, Path, description = "The pool's name")), responses((status = 204, description = "Done")))]
async fn delete_work_pool(Workspace(scope): Workspace, Name(name): Name) -> Answer {
    if is_reserved(&name) {
        return Err(reserved(
            "Work pools starting with 'Prefect' are reserved for internal use and can not be deleted.",
        ));
    }
    match scope.delete_work_pool(&name).await? {
        Some(_) => Ok(empty(StatusCode::NO_CONTENT)),
        None => Err(no_pool(&name)),
    }
}

/// The runs of a work pool that are under way, by queue.
#[utoipa::path(post, path = "/work_pools/{name}/concurrency_status", tag = "Work Pools",
    params(("name" = String, Path, description = "The pool's name")), request_body = Option<WorkPoolSlots>,
    responses((status = 200, body = WorkPoolConcurrencyStatus, description = "The runs")))]
async fn read_work_pool_concurrency_status(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Name(name): Name,
    OptionalBody(body): OptionalBody<WorkPoolSlots>,
) -> Answer {
    let number = body.page.unwrap_or(1);
    let page = Paging::page(number, body.limit, &app.config.limits)?;
    let runs = body.flow_run_limit.unwrap_or(10);
    check(runs, 0, 200, "flow_run_limit")?;
    let slots = scope.work_pool_slots(&name, number, page, runs).await?;
    found_or(slots.as_ref(), || {
        let text = format!("Work pool '{name}' not found.");
        Problem::detail(StatusCode::NOT_FOUND, "not_found", text)
    })
}

/// The runs that a worker is to start, best first: queues in the order of their priority, within each those that are
/// due first, never more than there are free slots.
#[utoipa::path(post, path = "/work_pools/{name}/get_scheduled_flow_runs", tag = "Work Pools",
    params(("name" = String, Path, description = "The pool's name")), request_body = Option<GetScheduledFlowRuns>,
    responses((status = 200, body = Vec<WorkerFlowRunResponse>, description = "The runs")))]
async fn get_scheduled_flow_runs(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Name(name): Name,
    OptionalBody(body): OptionalBody<GetScheduledFlowRuns>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: 0,
    }
    .within(&app.config.limits)?;
    let queues = body.work_queue_names.unwrap_or_default();
    let count = i64::try_from(queues.len()).unwrap_or(i64::MAX);
    check(count, 0, MOST_QUEUES, "work_queue_names")?;
    let poll = Poll {
        queues,
        before: body.scheduled_before,
        after: body.scheduled_after,
        limit: page.limit,
    };
    ok(&scope.poll_work_pool(&name, poll).await?)
}

/// A pool as a client understands it.
fn told(pool: &WorkPool, client: &Client) -> Result<Value, Problem> {
    let mut told =
        serde_json::to_value(pool).map_err(|error| Problem::internal(error.to_string()))?;
    if !client.knows_result_storage()
        && let Some(storage) = told["storage_configuration"].as_object_mut()
    {
        storage.shift_remove(WorkPoolStorageConfiguration::NEW_KEY);
    }
    Ok(told)
}

fn is_reserved(name: &str) -> bool {
    name.get(..7)
        .is_some_and(|beginning| beginning.eq_ignore_ascii_case("prefect"))
}

fn reserved(text: &'static str) -> Problem {
    Problem::detail(StatusCode::FORBIDDEN, "reserved_name", text)
}

fn no_pool(name: &str) -> Problem {
    let text = format!("Work pool \"{name}\" not found.");
    Problem::detail(StatusCode::NOT_FOUND, "not_found", text)
}

/// A name of nothing but blanks and quotes is as good as none.
fn check_name(name: &str) -> Result<(), Problem> {
    if name.trim_matches([' ', '\'', '"']).is_empty() {
        return Err(wrong("name", "Value error, name cannot be an empty string"));
    }
    Ok(())
}

fn check_template(template: &JsonObject) -> Result<(), Problem> {
    template::check(template)
        .map_err(|flaw| wrong("base_job_template", &format!("Value error, {flaw}")))
}

/// A template that is none is told before keys that are not known.
fn template_first(problem: Problem) -> Problem {
    #[derive(serde::Deserialize)]
    struct Given {
        base_job_template: JsonObject,
    }
    let given = problem
        .request()
        .and_then(|body| serde_json::from_slice::<Given>(body).ok());
    given
        .and_then(|given| check_template(&given.base_job_template).err())
        .unwrap_or(problem)
}

/// A limit of slots can't be negative.
fn check_limit(limit: Option<i64>) -> Result<(), Problem> {
    check(limit.unwrap_or(0), 0, i64::MAX, "concurrency_limit")
}

fn wrong(field: &'static str, text: &str) -> Problem {
    let location = vec!["body".into(), field.into()];
    let error = FieldError::new("value_error", location, text, Value::Null);
    Problem::fields(vec![error], None)
}
