//! `/flow_runs/{id}/resume`: what state brings a paused run back, and with which input.

use std::collections::BTreeMap;

use axum::extract::State;
use milliways_model::ids::random_bits;
use milliways_model::orchestration::SetStateDetails;
use milliways_model::{
    FlowRunId, OrchestrationResult, SetStateStatus, State as RunState, StateCreate, StateType,
    Timestamp,
};
use milliways_orchestration::parameters::{
    Hydration, Preparation, Refused, Schema, hydrate, mentions_variables,
};
use milliways_orchestration::template::Given;
use milliways_storage::{NewInput, Resumption, Scope};
use serde_json::{Map, Value};
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
/// A run that kept its process goes on RUNNING; one that gave it up is scheduled for now. One that waits for input
/// gets it, if the input is what its schema asks for.
#[utoipa::path(post, path = "/flow_runs/{id}/resume", tag = "Flow Runs", request_body = Option<ResumeFlowRun>,
    params(("id" = FlowRunId, Path, description = "The flow run's id")),
    responses((status = 201, body = OrchestrationResult, description = "It is resumed"),
        (status = 200, body = OrchestrationResult, description = "It is not")))]
async fn resume_flow_run(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Caller(client): Caller,
    OptionalBody(body): OptionalBody<ResumeFlowRun>,
) -> Answer {
    let run = scope
        .flow_run(id)
        .await?
        .ok_or_else(|| Problem::not_found("Flow run"))?;
    let Some(paused) = run.state.filter(|state| state.kind == StateType::Paused) else {
        return ok(&not_paused());
    };
    let given = body
        .run_input
        .map(|input| input.to_map())
        .unwrap_or_default();
    let input = match awaited(&scope, id, &paused, given).await? {
        Ok(input) => input,
        Err(reason) => return ok(&refused(paused, reason)),
    };
    let resumption = Resumption {
        paused: paused.id,
        next: resumed(&paused, app.store.clock().now()),
        input,
        client,
    };
    match scope.resume_flow_run(id, resumption).await? {
        Some(outcome) => made(outcome.written, &outcome.result),
        // Somebody else was faster.
        None => ok(&not_paused()),
    }
}

/// The state that a paused run goes on in.
fn resumed(paused: &RunState, now: Timestamp) -> StateCreate {
    if !paused.state_details.pause_reschedule {
        return StateCreate::new(StateType::Running);
    }
    let mut next = StateCreate::new(StateType::Scheduled);
    next.name = Some("Resuming".to_owned());
    next.state_details.scheduled_time = Some(now);
    next
}

/// What a run that waits for input is given, or why it is not what it waits for.
async fn awaited(
    scope: &Scope,
    id: FlowRunId,
    paused: &RunState,
    given: Map<String, Value>,
) -> Result<Result<Option<NewInput>, String>, Problem> {
    let keyset = paused.state_details.run_input_keyset.as_ref();
    let keyset = keyset.map(|keyset| keyset.to_map()).unwrap_or_default();
    if keyset.is_empty() {
        return Ok(Ok(None));
    }
    let key = |name: &str| keyset.get(name).and_then(Value::as_str).map(str::to_owned);
    let variables = if mentions_variables(&given) {
        variables(scope).await?
    } else {
        BTreeMap::new()
    };
    let with = Hydration {
        variables: Some(&variables),
        templates: Some(Given {
            context: &Map::new(),
            now: scope.now(),
            random: random_bits(),
        }),
    };
    let input = match hydrate(&given, with).complete() {
        Ok(input) => input,
        Err(error) => return Ok(Err(format!("Error hydrating run input: {error}"))),
    };
    let schema = match key("schema") {
        Some(key) => scope.flow_run_input(id, key).await?,
        None => None,
    };
    let Some(schema) = schema else {
        return Ok(Err("Run input schema not found.".to_owned()));
    };
    let Ok(schema) = serde_json::from_str::<Map<String, Value>>(&schema) else {
        return Ok(Err("Run input schema is not valid JSON.".to_owned()));
    };
    match Schema::new(schema, Preparation::default()).enforce(&input) {
        Ok(()) => {}
        Err(Refused::Values(text)) => return Ok(Err(format!("Reason: {text}"))),
        Err(Refused::Schema(flaw)) => return Ok(Err(flaw.to_string())),
    }
    let key = key("response").filter(|_| !input.is_empty());
    Ok(Ok(key.map(|key| NewInput {
        key,
        value: Value::Object(input).to_string(),
        sender: None,
    })))
}

async fn variables(scope: &Scope) -> Result<BTreeMap<String, Value>, Problem> {
    let values = scope.variable_values().await?.into_iter();
    Ok(values
        .map(|(name, value)| (name, value.to_value()))
        .collect())
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

fn refused(paused: RunState, reason: String) -> OrchestrationResult {
    OrchestrationResult {
        state: Some(paused),
        status: SetStateStatus::Reject,
        details: SetStateDetails::Abort {
            reason: Some(reason),
        },
    }
}
