//! `/work_queues`: queues by their ids, and the queues of agents.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use milliways_model::work_queue::{WorkQueueConcurrencyStatus, WorkQueueStatusDetail};
use milliways_model::{FlowRun, WorkQueue, WorkQueueCreate, WorkQueueId, WorkQueueUpdate};
use milliways_storage::{Filters, QueueFound, QueueName};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, empty, found_or, made, ok};
use crate::app::Shared;
use crate::bodies::{ReadWorkQueueRuns, ReadWorkQueues, WorkQueueSlots};
use crate::extract::{Body, Id, Name, OptionalBody, Paging, Workspace, check};
use crate::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_work_queue))
        .add(routes!(
            read_work_queue,
            update_work_queue,
            delete_work_queue
        ))
        .add(routes!(read_work_queue_by_name))
        .add(routes!(read_work_queue_runs))
        .add(routes!(read_work_queues))
        .add(routes!(read_work_queue_concurrency_status))
        .add(routes!(read_work_queue_status))
}

/// Create a queue of the pool of agents.
#[utoipa::path(post, path = "/work_queues/", tag = "Work Queues", request_body = WorkQueueCreate,
    responses((status = 201, body = WorkQueue, description = "It was created")))]
async fn create_work_queue(
    Workspace(scope): Workspace,
    Body(queue): Body<WorkQueueCreate>,
) -> Answer {
    check_queue(queue.concurrency_limit, queue.priority)?;
    match scope.create_work_queue(None, queue).await? {
        QueueFound::Queue(queue) => made(true, &queue),
        QueueFound::NoQueue | QueueFound::NoPool => {
            let text = "A work queue with this name already exists.";
            Err(Problem::detail(StatusCode::CONFLICT, "conflict", text))
        }
    }
}

/// Change a queue.
#[utoipa::path(patch, path = "/work_queues/{id}", tag = "Work Queues", request_body = WorkQueueUpdate,
    params(("id" = WorkQueueId, Path, description = "The queue's id")), responses((status = 204, description = "Done")))]
async fn update_work_queue(
    Workspace(scope): Workspace,
    Id(id): Id<WorkQueueId>,
    Body(update): Body<WorkQueueUpdate>,
) -> Answer {
    check_queue(update.concurrency_limit.flatten(), update.priority)?;
    match scope.update_work_queue(QueueName::Id(id), update).await? {
        QueueFound::Queue(()) => Ok(empty(StatusCode::NO_CONTENT)),
        _ => Err(absent(format!("Work Queue {id} not found"))),
    }
}

/// Read the queue of that name that runs without a pool go to.
#[utoipa::path(get, path = "/work_queues/name/{name}", tag = "Work Queues",
    params(("name" = String, Path, description = "The queue's name")),
    responses((status = 200, body = WorkQueue, description = "The queue")))]
async fn read_work_queue_by_name(Workspace(scope): Workspace, Name(name): Name) -> Answer {
    let queue = scope.work_queue_by_name(&name).await?;
    found_or(queue.as_ref(), || absent(NOT_FOUND))
}

/// Read a queue.
#[utoipa::path(get, path = "/work_queues/{id}", tag = "Work Queues",
    params(("id" = WorkQueueId, Path, description = "The queue's id")),
    responses((status = 200, body = WorkQueue, description = "The queue")))]
async fn read_work_queue(Workspace(scope): Workspace, Id(id): Id<WorkQueueId>) -> Answer {
    match scope.work_queue(QueueName::Id(id)).await? {
        QueueFound::Queue(queue) => ok(&queue),
        _ => Err(absent(NOT_FOUND)),
    }
}

/// A header of pages that only look.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only what the API document says of it is used")]
struct Looking {
    /// Whether the queue does not count as polled.
    #[param(rename = "x-prefect-ui", value_type = bool, required = false, default = false)]
    is_looking: bool,
}

/// The runs that an agent is to start, those due first first.
#[utoipa::path(post, path = "/work_queues/{id}/get_runs", tag = "Work Queues",
    params(("id" = WorkQueueId, Path, description = "The queue's id"), Looking),
    request_body = Option<ReadWorkQueueRuns>,
    responses((status = 200, body = Vec<FlowRun>, description = "The runs")))]
async fn read_work_queue_runs(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<WorkQueueId>,
    headers: HeaderMap,
    OptionalBody(body): OptionalBody<ReadWorkQueueRuns>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: 0,
    }
    .within(&app.config.limits)?;
    let is_looking = headers.get("x-prefect-ui").is_some_and(|value| {
        ["true", "1", "yes", "on", "t", "y"]
            .iter()
            .any(|word| value.as_bytes().eq_ignore_ascii_case(word.as_bytes()))
    });
    let runs = scope
        .poll_work_queue(id, body.scheduled_before, page.limit, is_looking)
        .await?;
    found_or(runs.as_ref(), || unknown(id))
}

/// List queues that match, by name.
#[utoipa::path(post, path = "/work_queues/filter", tag = "Work Queues", request_body = Option<ReadWorkQueues>,
    responses((status = 200, body = Vec<WorkQueue>, description = "The queues")))]
async fn read_work_queues(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadWorkQueues>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let filters = Filters {
        work_queues: body.work_queues,
        ..Filters::default()
    };
    let queues = scope.work_queues(None, filters, page).await?;
    ok(&queues.unwrap_or_default())
}

/// Delete a queue, unless it is its pool's default one.
#[utoipa::path(delete, path = "/work_queues/{id}", tag = "Work Queues",
    params(("id" = WorkQueueId, Path, description = "The queue's id")), responses((status = 204, description = "Done")))]
async fn delete_work_queue(Workspace(scope): Workspace, Id(id): Id<WorkQueueId>) -> Answer {
    match scope.delete_work_queue(QueueName::Id(id)).await? {
        QueueFound::Queue(()) => Ok(empty(StatusCode::NO_CONTENT)),
        _ => Err(absent(NOT_FOUND)),
    }
}

/// The runs of a queue that are under way.
#[utoipa::path(post, path = "/work_queues/{id}/concurrency_status", tag = "Work Queues",
    params(("id" = WorkQueueId, Path, description = "The queue's id")), request_body = Option<WorkQueueSlots>,
    responses((status = 200, body = WorkQueueConcurrencyStatus, description = "The runs")))]
async fn read_work_queue_concurrency_status(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<WorkQueueId>,
    OptionalBody(body): OptionalBody<WorkQueueSlots>,
) -> Answer {
    let number = body.page.unwrap_or(1);
    let page = Paging::page(number, body.limit, &app.config.limits)?;
    let slots = scope.work_queue_slots(id, number, page).await?;
    found_or(slots.as_ref(), || absent("Work queue not found."))
}

/// How a queue does.
#[utoipa::path(get, path = "/work_queues/{id}/status", tag = "Work Queues",
    params(("id" = WorkQueueId, Path, description = "The queue's id")),
    responses((status = 200, body = WorkQueueStatusDetail, description = "Its status")))]
async fn read_work_queue_status(Workspace(scope): Workspace, Id(id): Id<WorkQueueId>) -> Answer {
    found_or(scope.work_queue_status(id).await?.as_ref(), || unknown(id))
}

const NOT_FOUND: &str = "work queue not found";

fn absent(text: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::detail(StatusCode::NOT_FOUND, "not_found", text)
}

fn unknown(id: WorkQueueId) -> Problem {
    let text = format!("Work queue with id {id} not found");
    Problem::exception(StatusCode::NOT_FOUND, "not_found", text)
}

/// Refuses numbers that a queue can't have.
pub(super) fn check_queue(limit: Option<i64>, priority: Option<i64>) -> Result<(), Problem> {
    check(limit.unwrap_or(0), 0, i64::MAX, "concurrency_limit")?;
    check(priority.unwrap_or(1), 1, MOST_PRIORITY, "priority")
}

/// Priorities are ranks: none is larger than this.
const MOST_PRIORITY: i64 = 1_000_000_000;
