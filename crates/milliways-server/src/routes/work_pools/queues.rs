//! `/work_pools/{work_pool_name}/queues`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::{WorkQueue, WorkQueueCreate, WorkQueueUpdate};
use milliways_storage::{Filters, QueueFound, QueueName};
use utoipa_axum::routes;

use super::no_pool;
use crate::app::Shared;
use crate::bodies::ReadQueuesOfPool;
use crate::extract::{Body, Name, OptionalBody, Paging, PoolName, Workspace};
use crate::problem::Problem;
use crate::routes::Routes;
use crate::routes::reply::{Answer, empty, found_or, made, ok};
use crate::routes::work_queues::check_queue;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_work_queue))
        .add(routes!(
            read_work_queue,
            update_work_queue,
            delete_work_queue
        ))
        .add(routes!(read_work_queues))
}

/// Create a queue of a work pool.
#[utoipa::path(post, path = "/work_pools/{work_pool_name}/queues", tag = "Work Pools", request_body = WorkQueueCreate,
    params(("work_pool_name" = String, Path, description = "The pool's name")),
    responses((status = 201, body = WorkQueue, description = "It was created")))]
async fn create_work_queue(
    Workspace(scope): Workspace,
    PoolName(pool): PoolName,
    Body(queue): Body<WorkQueueCreate>,
) -> Answer {
    check_queue(queue.concurrency_limit, queue.priority)?;
    match scope.create_work_queue(Some(pool.clone()), queue).await? {
        QueueFound::Queue(queue) => made(true, &queue),
        QueueFound::NoPool => Err(no_pool(&pool)),
        QueueFound::NoQueue => {
            let text = format!("A work queue with this name already exists in work pool '{pool}'.");
            Err(Problem::detail(StatusCode::CONFLICT, "conflict", text))
        }
    }
}

/// Read a queue of a work pool.
#[utoipa::path(get, path = "/work_pools/{work_pool_name}/queues/{name}", tag = "Work Pools",
    params(("work_pool_name" = String, Path, description = "The pool's name"),
        ("name" = String, Path, description = "The queue's name")),
    responses((status = 200, body = WorkQueue, description = "The queue")))]
async fn read_work_queue(
    Workspace(scope): Workspace,
    PoolName(pool): PoolName,
    Name(name): Name,
) -> Answer {
    let found = scope
        .work_queue(QueueName::InPool(pool.clone(), name.clone()))
        .await?;
    ok(&there(found, &pool, &name)?)
}

/// List queues of a work pool that match, by priority.
#[utoipa::path(post, path = "/work_pools/{work_pool_name}/queues/filter", tag = "Work Pools",
    params(("work_pool_name" = String, Path, description = "The pool's name")),
    request_body = Option<ReadQueuesOfPool>,
    responses((status = 200, body = Vec<WorkQueue>, description = "The queues")))]
async fn read_work_queues(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    PoolName(pool): PoolName,
    OptionalBody(body): OptionalBody<ReadQueuesOfPool>,
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
    let queues = scope.work_queues(Some(pool.clone()), filters, page).await?;
    found_or(queues.as_ref(), || no_pool(&pool))
}

/// Change a queue of a work pool.
#[utoipa::path(patch, path = "/work_pools/{work_pool_name}/queues/{name}", tag = "Work Pools",
    params(("work_pool_name" = String, Path, description = "The pool's name"),
        ("name" = String, Path, description = "The queue's name")),
    request_body = WorkQueueUpdate, responses((status = 204, description = "Done")))]
async fn update_work_queue(
    Workspace(scope): Workspace,
    PoolName(pool): PoolName,
    Name(name): Name,
    Body(update): Body<WorkQueueUpdate>,
) -> Answer {
    check_queue(update.concurrency_limit.flatten(), update.priority)?;
    let queue = QueueName::InPool(pool.clone(), name.clone());
    there(scope.update_work_queue(queue, update).await?, &pool, &name)?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// Delete a queue of a work pool, unless it is the default one.
#[utoipa::path(delete, path = "/work_pools/{work_pool_name}/queues/{name}", tag = "Work Pools",
    params(("work_pool_name" = String, Path, description = "The pool's name"),
        ("name" = String, Path, description = "The queue's name")),
    responses((status = 204, description = "Done")))]
async fn delete_work_queue(
    Workspace(scope): Workspace,
    PoolName(pool): PoolName,
    Name(name): Name,
) -> Answer {
    let queue = QueueName::InPool(pool.clone(), name.clone());
    there(scope.delete_work_queue(queue).await?, &pool, &name)?;
    Ok(empty(StatusCode::NO_CONTENT))
}

fn there<T>(found: QueueFound<T>, pool: &str, name: &str) -> Result<T, Problem> {
    match found {
        QueueFound::Queue(queue) => Ok(queue),
        QueueFound::NoPool | QueueFound::NoQueue => {
            let text = format!("Work pool queue '{pool}/{name}' not found.");
            Err(Problem::detail(StatusCode::NOT_FOUND, "not_found", text))
        }
    }
}
