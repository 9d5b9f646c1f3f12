//! `/flow_runs/{id}/resume`: what state brings a paused run back.

use axum::extract::State;
use milliways_model::orchestration::SetStateDetails;
use milliways_model::{
    FlowRunId, OrchestrationResult, SetStateStatus, State as RunState, StateCreate, StateType,
    Timestamp,
};
use milliways_storage::Set;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::bodies::ResumeFlowRun;
use crate::extract::{Caller, Id, OptionalBody, Workspace};
use crate::problem::Problem;
use crate::routes::reply::{Answer, made, ok};

pub(super) fn route() -> UtoipaMethodRouter<Shared> {
    routes!(resume_flow_run)
}

/// Resume a paused flow run.
///
/// A run that kept its process goes on RUNNING; one that gave it up is scheduled for now.
#[utoipa::path(post, path = "/flow_runs/{id}/resume", tag = "Flow Runs", request_body = Option<ResumeFlowRun>,
    params(("id" = FlowRunId, Path, description = "The flow run's id")),
    responses((status = 201, body = OrchestrationResult, description = "It is resumed"),
        (status = 200, body = OrchestrationResult, description = "It is not")))]
async fn resume_flow_run(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Caller(client): Caller,
    OptionalBody(_body): OptionalBody<ResumeFlowRun>,
) -> Answer {
    let run = scope
        .flow_run(id)
        .await?
        .ok_or_else(|| Problem::not_found("Flow run"))?;
    let Some(next) = run
        .state
        .and_then(|state| resumed(&state, app.store.clock().now()))
    else {
        return ok(&not_paused());
    };
    match scope
        .set_flow_run_state(
            id,
            next,
            Set {
                force: false,
                client,
            },
        )
        .await?
    {
        Some(outcome) => made(outcome.written, &outcome.result),
        None => Err(Problem::not_found("Flow run")),
    }
}

/// The state that a paused run goes on in; none where it is not paused.
fn resumed(paused: &RunState, now: Timestamp) -> Option<StateCreate> {
    if paused.kind != StateType::Paused {
        return None;
    }
    if !paused.state_details.pause_reschedule {
        return Some(StateCreate::new(StateType::Running));
    }
    let mut next = StateCreate::new(StateType::Scheduled);
    next.name = Some("Resuming".to_owned());
    next.state_details.scheduled_time = Some(now);
    Some(next)
}

fn not_paused() -> OrchestrationResult {
    OrchestrationResult {
        state: None,
        status: SetStateStatus::Abort,
        details: SetStateDetails::Abort {
            reason: Some("Cannot resume a flow run that is not paused.".to_owned()),
        },
    }
}
