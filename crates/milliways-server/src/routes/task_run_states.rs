//! `/task_run_states`.

use milliways_model::{State, StateId, TaskRunId};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, found, ok};
use crate::extract::{Id, Query, Workspace};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(read_task_run_state))
        .add(routes!(read_task_run_states))
}

/// Read a state of a task run.
#[utoipa::path(get, path = "/task_run_states/{id}", tag = "Task Run States",
    params(("id" = StateId, Path, description = "The state's id")),
    responses((status = 200, body = State, description = "The state")))]
async fn read_task_run_state(Workspace(scope): Workspace, Id(id): Id<StateId>) -> Answer {
    found(scope.task_run_state(id).await?.as_ref(), "Task run state")
}

/// List the states of a task run, oldest first.
#[utoipa::path(get, path = "/task_run_states/", tag = "Task Run States",
    params(("task_run_id" = TaskRunId, Query, description = "The task run's id")),
    responses((status = 200, body = Vec<State>, description = "The states")))]
async fn read_task_run_states(Workspace(scope): Workspace, query: Query) -> Answer {
    ok(&scope.task_run_states(query.id("task_run_id")?).await?)
}
