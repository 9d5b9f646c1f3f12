//! A flow run that begins to run still has to hold its deployment's slot.
//!
//! Provisioning may have taken longer than the lease. Then the run takes a slot again if there is one.

use milliways_model::{LeaseId, StateType};

use crate::context::Context;
use crate::effect::Effect;
use crate::facts::{LimitFact, Needs};
use crate::piece::Piece;
use crate::rules::deployment_slot::{
    active_limit, cancelled, lease_end, promise_slot, proposed_lease, take_slot,
};
use crate::run::Run;
use crate::state_set::StateSet;
use crate::transition::Transition;

/// See the module.
pub(crate) const VALIDATE_DEPLOYMENT_SLOT: Piece = Piece::rule(
    "validate_deployment_slot",
    StateSet::of(&[StateType::Pending]),
    StateSet::of(&[StateType::Running]),
)
.needs(needs)
.before(before)
.after(after);

fn needs(transition: &Transition, run: &Run, needs: &mut Needs) {
    let initial = transition.initial.as_ref();
    let lease = initial.and_then(|state| state.state_details.deployment_concurrency_lease_id);
    if lease.is_some() && transition.client.renews_leases() {
        needs.deployment = run.deployment_id;
        needs.lease = lease;
    }
}

fn before(cx: &mut Context<'_>) {
    let (Some(lease), Some(proposed)) = (initial_lease(cx), &mut cx.proposed) else {
        return;
    };
    proposed.state_details.deployment_concurrency_lease_id = Some(lease);
    let Some(limit) = validated_limit(cx) else {
        return;
    };
    if cx.facts.lease.is_some() {
        // Renewed at exit.
    } else if limit.has_room() {
        promise_slot(cx);
    } else {
        let state = cancelled(
            cx,
            "Deployment concurrency slot lost during provisioning - no slots available to continue \
             execution",
        );
        cx.replace(
            state,
            "Deployment concurrency limit reached after lease expiry.",
        );
    }
}

fn after(cx: &mut Context<'_>) {
    if validated_limit(cx).is_none() || cx.to() != Some(StateType::Running) {
        return;
    }
    let Some(lease) = initial_lease(cx) else {
        return;
    };
    if proposed_lease(cx) == Some(lease) {
        let expires = lease_end(cx);
        cx.effects.push(Effect::RenewLease { lease, expires });
    } else {
        take_slot(cx);
    }
}

/// The limit that the run has to hold a slot of; none for clients that could not renew the lease later.
fn validated_limit<'a>(cx: &Context<'a>) -> Option<&'a LimitFact> {
    active_limit(cx).filter(|_| cx.client.renews_leases())
}

fn initial_lease(cx: &Context<'_>) -> Option<LeaseId> {
    let initial = cx.initial.as_ref()?;
    initial.state_details.deployment_concurrency_lease_id
}
