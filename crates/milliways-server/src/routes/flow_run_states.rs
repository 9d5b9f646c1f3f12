//! `/flow_run_states`.

use milliways_model::{FlowRunId, State, StateId};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, found, ok};
use crate::extract::{Id, Query, Workspace};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(read_flow_run_state))
        .add(routes!(read_flow_run_states))
}

/// Read a state of a flow run.
#[utoipa::path(get, path = "/flow_run_states/{id}", tag = "Flow Run States",
    params(("id" = StateId, Path, description = "The state's id")),
    responses((status = 200, body = State, description = "The state")))]
async fn read_flow_run_state(Workspace(scope): Workspace, Id(id): Id<StateId>) -> Answer {
    found(scope.flow_run_state(id).await?.as_ref(), "Flow run state")
}

/// List the states of a flow run, oldest first.
#[utoipa::path(get, path = "/flow_run_states/", tag = "Flow Run States",
    params(("flow_run_id" = FlowRunId, Query, description = "The flow run's id")),
    responses((status = 200, body = Vec<State>, description = "The states")))]
async fn read_flow_run_states(Workspace(scope): Workspace, query: Query) -> Answer {
    ok(&scope.flow_run_states(query.id("flow_run_id")?).await?)
}
