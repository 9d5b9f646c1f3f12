//! A run does not start before its time: who tries is told how long to wait.

use milliways_model::StateType;

use crate::context::Context;
use crate::piece::Piece;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const WAIT_FOR_SCHEDULED_TIME: Piece = Piece::rule(
    "wait_for_scheduled_time",
    StateSet::of(&[StateType::Scheduled, StateType::Pending]),
    StateSet::of(&[StateType::Running]),
)
.before(before);

fn before(cx: &mut Context<'_>) {
    let initial = cx.initial.as_ref();
    let Some(time) = initial.and_then(|state| state.state_details.scheduled_time) else {
        return;
    };
    let micros = time.as_micros() - cx.now.as_micros();
    // Half a second and less is not worth a round trip.
    let seconds = micros / 1_000_000 + i64::from(micros % 1_000_000 > 500_000);
    if seconds > 0 {
        cx.delay(seconds, "Scheduled time is in the future");
    }
}
