//! A run that is submitted remembers for when it was scheduled.

use milliways_model::StateType;

use crate::context::Context;
use crate::piece::Piece;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const COPY_SCHEDULED_TIME: Piece = Piece::rule(
    "copy_scheduled_time",
    StateSet::of(&[StateType::Scheduled]),
    StateSet::of(&[StateType::Pending]),
)
.before(before);

fn before(cx: &mut Context<'_>) {
    if let (Some(initial), Some(proposed)) = (&cx.initial, &mut cx.proposed) {
        let time = &mut proposed.state_details.scheduled_time;
        *time = time.or(initial.state_details.scheduled_time);
    }
}
