//! A run that is submitted already is not submitted again: this stops two workers from running it.

use milliways_model::StateType;

use crate::context::Context;
use crate::piece::Piece;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const PREVENT_PENDING: Piece = Piece::rule(
    "prevent_pending",
    StateSet::of(&[
        StateType::Pending,
        StateType::Cancelling,
        StateType::Running,
        StateType::Cancelled,
    ]),
    StateSet::of(&[StateType::Pending]),
)
.before(before);

fn before(cx: &mut Context<'_>) {
    let (Some(initial), Some(proposed)) = (&cx.initial, &mut cx.proposed) else {
        return;
    };
    // Who submitted it tells how far that is: `Submitting`, `InfrastructurePending`.
    let makes_progress = initial.kind == StateType::Pending
        && proposed.name != initial.name
        && proposed.name != StateType::Pending.default_name();
    if makes_progress {
        let (before, after) = (&initial.state_details, &mut proposed.state_details);
        after.scheduled_time = after.scheduled_time.or(before.scheduled_time);
        after.deployment_concurrency_lease_id = after
            .deployment_concurrency_lease_id
            .or(before.deployment_concurrency_lease_id);
    } else {
        let from = initial.kind.as_str();
        cx.abort(format!(
            "This run is in a {from} state and cannot transition to a PENDING state."
        ));
    }
}
