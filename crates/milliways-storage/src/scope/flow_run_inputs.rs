//! Inputs of flow runs, and what a paused run is resumed with.

use milliways_model::flow_run_input::FlowRunInput;
use milliways_model::{FlowRunId, SetStateStatus, StateCreate, StateId, WorkspaceId, uuid7};
use milliways_orchestration::{Client, Policy};

use super::{Scope, draw};
use crate::db::Tx;
use crate::error::StoreError;
use crate::tables::{flow_run, flow_run_input};
use crate::transition::{Outcome, Transitions};

/// An input to store.
#[derive(Clone, Debug, PartialEq)]
pub struct NewInput {
    /// Unique for its run.
    pub key: String,
    /// The value.
    pub value: String,
    /// Who sends it.
    pub sender: Option<String>,
}

/// How a paused run goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Resumption {
    /// The state that it is in: in another one nothing is done.
    pub paused: StateId,
    /// The state to propose.
    pub next: StateCreate,
    /// What it waits for, stored if the state is accepted.
    pub input: Option<NewInput>,
    /// Who resumes it.
    pub client: Client,
}

impl Scope {
    /// Stores an input; a conflict where the run has one of that key, missing where there is no such run.
    pub async fn create_flow_run_input(
        &self,
        flow_run: FlowRunId,
        input: NewInput,
    ) -> Result<(), StoreError> {
        self.write_for(flow_run.0, 1, async move |tx, workspace| {
            if !flow_run::exists(tx, workspace, flow_run).await? {
                return Err(StoreError::NotFound("Flow run not found".to_owned()));
            }
            if insert(tx, workspace, flow_run, &input).await? {
                return Ok(());
            }
            Err(StoreError::Conflict(
                "A flow run input with this key already exists.".to_owned(),
            ))
        })
        .await
    }

    /// The value of an input.
    pub async fn flow_run_input(
        &self,
        flow_run: FlowRunId,
        key: String,
    ) -> Result<Option<String>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(flow_run_input::value(conn, workspace, flow_run, &key).await?)
        })
        .await
    }

    /// The oldest inputs whose keys begin with `prefix`, but for those of some keys.
    pub async fn flow_run_inputs(
        &self,
        flow_run: FlowRunId,
        prefix: String,
        except: Vec<String>,
        limit: i64,
    ) -> Result<Vec<FlowRunInput>, StoreError> {
        self.read(async move |conn, workspace| {
            let found = flow_run_input::list(conn, workspace, flow_run, &prefix, except, limit);
            Ok(found.await?)
        })
        .await
    }

    /// Deletes an input; false where there is none.
    pub async fn delete_flow_run_input(
        &self,
        flow_run: FlowRunId,
        key: String,
    ) -> Result<bool, StoreError> {
        self.write_for(flow_run.0, 1, async move |tx, workspace| {
            let keys = vec![key.clone()];
            Ok(flow_run_input::delete_keys(tx, workspace, flow_run, keys).await? > 0)
        })
        .await
    }

    /// Proposes the state in which a paused run goes on, and stores what it waits for if that is accepted. None where
    /// the run is not in that state any more.
    pub async fn resume_flow_run(
        &self,
        flow_run: FlowRunId,
        resumption: Resumption,
    ) -> Result<Option<Outcome>, StoreError> {
        self.write_for(flow_run.0, 1, async move |tx, workspace| {
            let mut transitions = Transitions::new(tx, workspace, draw);
            transitions.load_flow_runs(vec![flow_run]).await?;
            let current = transitions.current(flow_run);
            if current.is_none_or(|state| state.id != resumption.paused) {
                return Ok(None);
            }
            let id = StateId(uuid7(tx.now, draw()));
            let next = resumption.next.clone().into_state(id, tx.now);
            let outcome = transitions
                .set(flow_run.0, next, |_, _| Policy::CoreFlow, resumption.client)
                .await?;
            transitions.finish().await?;
            let is_accepted = outcome
                .as_ref()
                .is_some_and(|outcome| outcome.result.status == SetStateStatus::Accept);
            if let Some(input) = resumption.input.as_ref().filter(|_| is_accepted) {
                insert(tx, workspace, flow_run, input).await?;
            }
            Ok(outcome)
        })
        .await
    }
}

async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    flow_run: FlowRunId,
    input: &NewInput,
) -> Result<bool, StoreError> {
    let id = uuid7(tx.now, draw());
    let parts = (
        input.key.as_str(),
        input.value.as_str(),
        input.sender.as_ref(),
    );
    Ok(flow_run_input::insert(tx, workspace, id, flow_run, parts).await?)
}
