//! Only a run that is still waiting for its time can be late, and only once.

use milliways_model::StateType;

use crate::context::Context;
use crate::piece::Piece;
use crate::state_names::LATE;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const ENSURE_ONLY_SCHEDULED_MARKED_LATE: Piece = Piece::rule(
    "ensure_only_scheduled_marked_late",
    StateSet::ALL,
    StateSet::of(&[StateType::Scheduled]),
)
.before(before);

fn before(cx: &mut Context<'_>) {
    if cx.proposed.as_ref().is_none_or(|state| state.name != LATE) {
        return;
    }
    match &cx.initial {
        Some(initial) if initial.kind == StateType::Scheduled => {
            if initial.name == LATE {
                cx.reject("This flow run is already marked late.");
            }
        }
        _ => cx.reject("Only scheduled flows can be marked late."),
    }
}
