//! `/task_workers`.

use milliways_model::task_worker::TaskWorkerResponse;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok};
use crate::bodies::ReadTaskWorkers;
use crate::extract::{OptionalBody, Workspace};

pub(super) fn routes() -> Routes {
    Routes::default().add(routes!(read_task_workers))
}

/// List the task workers that are connected.
#[utoipa::path(post, path = "/task_workers/filter", tag = "Task Workers", request_body = Option<ReadTaskWorkers>,
    responses((status = 200, body = Vec<TaskWorkerResponse>, description = "The task workers")))]
async fn read_task_workers(
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadTaskWorkers>,
) -> Answer {
    let filter = body.task_worker_filter.unwrap_or_default();
    ok(&scope.task_workers(filter.task_keys).await?)
}
