//! What the rules about a deployment's concurrency slots share.

use milliways_model::{LeaseId, State, StateType, Timestamp};

use crate::context::Context;
use crate::effect::Effect;
use crate::facts::LimitFact;

/// The message and the reason of a run that finds the limit reached.
pub(super) const LIMIT_REACHED: &str = "Deployment concurrency limit reached.";

/// The deployment's limit, where it has one that counts.
pub(super) fn active_limit<'a>(cx: &Context<'a>) -> Option<&'a LimitFact> {
    let limit = cx.facts.deployment.as_ref()?.limit.as_ref()?;
    limit.active.then_some(limit)
}

/// When a lease that is made or renewed now ends.
pub(super) fn lease_end(cx: &Context<'_>) -> Timestamp {
    let grace = cx.facts.deployment.as_ref().and_then(|it| it.grace_period);
    cx.now + grace.unwrap_or(cx.facts.waits.slot_lease)
}

/// Names a new lease in the proposed state. The slot itself is taken by [`take_slot`], at exit.
pub(super) fn promise_slot(cx: &mut Context<'_>) {
    let lease = LeaseId(cx.new_uuid());
    if let Some(proposed) = &mut cx.proposed {
        proposed.state_details.deployment_concurrency_lease_id = Some(lease);
    }
}

/// Takes a slot for the lease that the proposed state names.
pub(super) fn take_slot(cx: &mut Context<'_>) {
    let expires = lease_end(cx);
    if let (Some(limit), Some(lease)) = (active_limit(cx), proposed_lease(cx)) {
        cx.effects.push(Effect::TakeDeploymentSlot {
            limit: limit.id,
            lease,
            expires,
        });
    }
}

/// The lease that the proposed state names.
pub(super) fn proposed_lease(cx: &Context<'_>) -> Option<LeaseId> {
    let proposed = cx.proposed.as_ref()?;
    proposed.state_details.deployment_concurrency_lease_id
}

/// A cancelled state that says why.
pub(super) fn cancelled(cx: &mut Context<'_>, message: &str) -> State {
    let mut state = cx.new_state(StateType::Cancelled);
    state.message = Some(message.to_owned());
    state
}
