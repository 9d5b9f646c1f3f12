//! The lease of a deployment's slot stays with the run from state to state.
//!
//! Workers propose states with an explicit null for it; that must not lose the slot.

use milliways_model::State;

use crate::context::Context;
use crate::piece::Piece;

/// See the module.
pub(crate) const PRESERVE_LEASE_ID: Piece = Piece::transform("preserve_lease_id").before(before);

fn before(cx: &mut Context<'_>) {
    if let (Some(initial), Some(proposed)) = (&cx.initial, &mut cx.proposed) {
        carry_lease(initial, proposed);
    }
}

/// Copies the lease of the current state onto the next one, unless that has one of its own.
pub(crate) fn carry_lease(current: &State, next: &mut State) {
    let lease = &mut next.state_details.deployment_concurrency_lease_id;
    *lease = lease.or(current.state_details.deployment_concurrency_lease_id);
}
