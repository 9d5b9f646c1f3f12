//! A flow run without infrastructure is cancelled at once: nobody is there to end it.

use milliways_model::StateType;

use crate::context::Context;
use crate::piece::Piece;
use crate::state_names::RESUMING;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const BYPASS_CANCELLING_WITHOUT_INFRASTRUCTURE: Piece = Piece::rule(
    "bypass_cancelling_without_infrastructure",
    StateSet::of(&[StateType::Scheduled, StateType::Paused]),
    StateSet::of(&[StateType::Cancelling]),
)
.before(before);

fn before(cx: &mut Context<'_>) {
    let Some(initial) = &cx.initial else { return };
    let never_submitted = initial.kind == StateType::Scheduled && !cx.run.has_infrastructure_pid;
    let suspended = initial.kind == StateType::Paused && initial.state_details.pause_reschedule;
    let what = if never_submitted || initial.name == RESUMING {
        "Scheduled"
    } else if suspended {
        "Suspended"
    } else {
        return;
    };
    let cancelled = cx.new_state(StateType::Cancelled);
    cx.replace(
        cancelled,
        format!("{what} flow run has no infrastructure to terminate."),
    );
}
