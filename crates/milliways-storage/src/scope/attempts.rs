//! Attempts: a flow run is claimed in the transaction that accepts the claimant's state, so that nobody holds a run
//! without a lease, not even for the moment between two requests.

use milliways_model::journal::{AttemptCreate, JournalClaim};
use milliways_model::{FlowRunId, StateCreate, StateId, WorkspaceId, uuid7};
use milliways_orchestration::{Client, Policy};

use super::{Scope, draw};
use crate::db::Tx;
use crate::error::StoreError;
use crate::journal;
use crate::transition::Transitions;

/// What became of a claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Claimed {
    /// The run is the caller's, and in the state that was proposed.
    Yes(JournalClaim),
    /// Not, for this reason, and nobody's claim has changed.
    No(String),
}

impl Scope {
    /// Claims a flow run for a new attempt, with a lease, where what is wanted holds; `None` where there is no such run.
    pub async fn claim_flow_run(
        &self,
        id: FlowRunId,
        wanted: AttemptCreate,
        client: Client,
    ) -> Result<Option<Claimed>, StoreError> {
        self.write_for(id.0, 2, async move |tx, workspace| {
            let refused = refusal(tx, workspace, id, &wanted, client).await?;
            match refused {
                Some(reason) => Ok(Some(Claimed::No(reason))),
                None => Ok(journal::claim(tx, workspace, id).await?.map(Claimed::Yes)),
            }
        })
        .await
    }
}

/// Makes the proposed state; why not, where it is not accepted, or the run is not in the state that it was thought to
/// be in.
async fn refusal(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowRunId,
    wanted: &AttemptCreate,
    client: Client,
) -> Result<Option<String>, StoreError> {
    if wanted.state.is_none() && wanted.follows.is_none() {
        return Ok(None);
    }
    let mut transitions = Transitions::new(tx, workspace, draw);
    transitions.load_flow_runs(vec![id]).await?;
    let current = transitions.current(id).map(|state| state.id);
    if transitions.has(id) && wanted.follows.is_some_and(|it| Some(it) != current) {
        return Ok(Some("The flow run's state has changed.".to_owned()));
    }
    let Some(state) = wanted
        .state
        .clone()
        .map(|state: StateCreate| state.into_state(StateId(uuid7(tx.now, draw())), tx.now))
    else {
        return Ok(None);
    };
    let outcome = transitions
        .set(id.0, state, |_, _| Policy::CoreFlow, client)
        .await?;
    transitions.finish().await?;
    Ok(outcome
        .filter(|outcome| !outcome.is_accepted())
        .map(|outcome| {
            let reason = outcome.reason().unwrap_or("The state was not accepted.");
            reason.to_owned()
        }))
}
