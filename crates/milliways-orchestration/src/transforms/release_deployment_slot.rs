//! A flow run that no longer occupies infrastructure gives its deployment's slot back.
//!
//! A slot always belongs to the lease that the state names, so that a state without a lease has no
//! slot to give back, and a lease that was reaped has given it back already.

use milliways_model::{LeaseId, SetStateStatus, State, StateType};

use crate::context::Context;
use crate::effect::Effect;
use crate::piece::Piece;
use crate::state_names::AWAITING_RETRY;

/// See the module.
pub(crate) const RELEASE_DEPLOYMENT_SLOT: Piece =
    Piece::transform("release_deployment_slot").after(after);

fn after(cx: &mut Context<'_>) {
    // Only the server's own answer "try again" is a retry in the same process.
    let retries_in_process = cx.status == SetStateStatus::Reject;
    if let Some(proposed) = &cx.proposed
        && let Some(lease) = lease_to_release(cx.initial.as_ref(), proposed, retries_in_process)
    {
        cx.effects.push(Effect::ReleaseLease { lease });
    }
}

/// The lease whose slot a flow run gives back when it goes from one state to the other.
/// `retries_in_process`: whether `AwaitingRetry` means that the process waits, and so keeps its slot.
pub(crate) fn lease_to_release(
    from: Option<&State>,
    to: &State,
    retries_in_process: bool,
) -> Option<LeaseId> {
    let keeps_slot = occupies(to.kind) || (retries_in_process && is_awaiting_retry(to));
    from.filter(|from| !keeps_slot && (occupies(from.kind) || is_awaiting_retry(from)))?
        .state_details
        .deployment_concurrency_lease_id
}

fn occupies(kind: StateType) -> bool {
    matches!(
        kind,
        StateType::Pending | StateType::Running | StateType::Cancelling
    )
}

fn is_awaiting_retry(state: &State) -> bool {
    state.kind == StateType::Scheduled && state.name == AWAITING_RETRY
}
