//! A client that does not renew its deployment's lease keeps the slot without one.

use milliways_model::StateType;

use crate::context::Context;
use crate::effect::Effect;
use crate::piece::Piece;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const REMOVE_LEASE_FOR_OLD_CLIENTS: Piece = Piece::rule(
    "remove_lease_for_old_clients",
    StateSet::of(&[StateType::Pending]),
    StateSet::of(&[StateType::Running, StateType::Cancelling]),
)
.after(after);

fn after(cx: &mut Context<'_>) {
    let initial = cx.initial.as_ref();
    let lease = initial.and_then(|state| state.state_details.deployment_concurrency_lease_id);
    if let Some(lease) = lease
        && !cx.client.renews_leases()
    {
        cx.effects.push(Effect::KeepSlotWithoutExpiry { lease });
    }
}
