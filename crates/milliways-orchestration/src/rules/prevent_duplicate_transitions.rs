//! A transition that was proposed and made already is not made again.

use crate::context::Context;
use crate::piece::Piece;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const PREVENT_DUPLICATE_TRANSITIONS: Piece = Piece::rule(
    "prevent_duplicate_transitions",
    StateSet::ALL,
    StateSet::ALL,
)
.before(before);

fn before(cx: &mut Context<'_>) {
    let (Some(initial), Some(proposed)) = (&cx.initial, &cx.proposed) else {
        return;
    };
    let proposed = proposed.state_details.transition_id;
    if proposed.is_some() && proposed == initial.state_details.transition_id {
        cx.reject("This run has already made this state transition.");
    }
}
