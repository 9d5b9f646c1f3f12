//! Attempts: a flow run is claimed in the transaction that accepts the claimant's state, so that nobody holds a run
//! without a lease, not even for the moment between two requests.

use milliways_model::journal::JournalClaim;
use milliways_model::{FlowRunId, StateCreate, StateId, uuid7};
use milliways_orchestration::{Client, Policy};

use super::{Scope, draw};
use crate::error::StoreError;
use crate::journal;
use crate::transition::Transitions;

/// What became of a claim that proposes a state.
#[derive(Clone, Debug, PartialEq)]
pub enum Claimed {
    /// The state was accepted, and the run is the caller's.
    Yes(JournalClaim),
    /// The state was not accepted, for this reason, and nobody's claim has changed.
    No(String),
}

impl Scope {
    /// Claims a flow run for a new attempt where `state` is accepted; `None` where there is no such run.
    pub async fn claim_flow_run_as(
        &self,
        id: FlowRunId,
        state: StateCreate,
        client: Client,
    ) -> Result<Option<Claimed>, StoreError> {
        self.write_for(id.0, 2, async move |tx, workspace| {
            let mut transitions = Transitions::new(tx, workspace, draw);
            transitions.load_flow_runs(vec![id]).await?;
            let proposed = state
                .clone()
                .into_state(StateId(uuid7(tx.now, draw())), tx.now);
            let outcome = transitions
                .set(id.0, proposed, |_, _| Policy::CoreFlow, client)
                .await?;
            transitions.finish().await?;
            match outcome {
                None => Ok(None),
                Some(outcome) if outcome.is_accepted() => {
                    let claim = journal::claim(tx, workspace, id).await?;
                    Ok(claim.map(Claimed::Yes))
                }
                Some(outcome) => {
                    let reason = outcome.reason().unwrap_or("The state was not accepted.");
                    Ok(Some(Claimed::No(reason.to_owned())))
                }
            }
        })
        .await
    }
}
