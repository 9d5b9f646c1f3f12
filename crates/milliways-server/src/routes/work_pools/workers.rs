//! `/work_pools/{work_pool_name}/workers`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::Worker;
use utoipa_axum::routes;

use super::no_pool;
use crate::app::Shared;
use crate::bodies::{ReadWorkers, WorkerHeartbeat};
use crate::extract::{Body, Name, OptionalBody, Paging, PoolName, Workspace, check};
use crate::problem::Problem;
use crate::routes::Routes;
use crate::routes::reply::{Answer, empty, found_or};

/// The longest time between two heartbeats, in seconds: a day.
const LONGEST_INTERVAL: i64 = 86_400;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(worker_heartbeat))
        .add(routes!(read_workers))
        .add(routes!(delete_worker))
}

/// A worker says that it lives.
#[utoipa::path(post, path = "/work_pools/{work_pool_name}/workers/heartbeat", tag = "Work Pools",
    params(("work_pool_name" = String, Path, description = "The pool's name")),
    request_body = WorkerHeartbeat, responses((status = 204, description = "Done")))]
async fn worker_heartbeat(
    Workspace(scope): Workspace,
    PoolName(pool): PoolName,
    Body(body): Body<WorkerHeartbeat>,
) -> Answer {
    if let Some(interval) = body.heartbeat_interval_seconds {
        check(interval, 0, LONGEST_INTERVAL, "heartbeat_interval_seconds")?;
    }
    let interval = body.heartbeat_interval_seconds;
    if scope.worker_heartbeat(&pool, body.name, interval).await? {
        Ok(empty(StatusCode::NO_CONTENT))
    } else {
        Err(no_pool(&pool))
    }
}

/// List workers of a work pool that match, those that were heard of last first.
#[utoipa::path(post, path = "/work_pools/{work_pool_name}/workers/filter", tag = "Work Pools",
    params(("work_pool_name" = String, Path, description = "The pool's name")), request_body = Option<ReadWorkers>,
    responses((status = 200, body = Vec<Worker>, description = "The workers")))]
async fn read_workers(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    PoolName(pool): PoolName,
    OptionalBody(body): OptionalBody<ReadWorkers>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let workers = scope.workers(&pool, body.workers, page).await?;
    found_or(workers.as_ref(), || no_pool(&pool))
}

/// Forget a worker.
#[utoipa::path(delete, path = "/work_pools/{work_pool_name}/workers/{name}", tag = "Work Pools",
    params(("work_pool_name" = String, Path, description = "The pool's name"),
        ("name" = String, Path, description = "The worker's name")),
    responses((status = 204, description = "Done")))]
async fn delete_worker(
    Workspace(scope): Workspace,
    PoolName(pool): PoolName,
    Name(name): Name,
) -> Answer {
    match scope.delete_worker(&pool, &name).await? {
        Some(true) => Ok(empty(StatusCode::NO_CONTENT)),
        Some(false) => {
            let text = "Worker not found.";
            Err(Problem::detail(StatusCode::NOT_FOUND, "not_found", text))
        }
        None => Err(no_pool(&pool)),
    }
}
