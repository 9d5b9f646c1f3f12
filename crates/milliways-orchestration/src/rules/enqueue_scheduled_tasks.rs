//! A deferred task run is handed to the task workers as soon as it is scheduled.

use milliways_model::StateType;

use crate::context::Context;
use crate::effect::Effect;
use crate::piece::Piece;
use crate::state_names::AWAITING_RETRY;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const ENQUEUE_SCHEDULED_TASKS: Piece = Piece::rule(
    "enqueue_scheduled_tasks",
    StateSet::ALL,
    StateSet::of(&[StateType::Scheduled]),
)
.after(after);

fn after(cx: &mut Context<'_>) {
    if let Some(state) = &cx.proposed
        && state.state_details.deferred == Some(true)
    {
        let retry = state.name == AWAITING_RETRY;
        cx.effects.push(Effect::EnqueueTaskRun { retry });
    }
}
