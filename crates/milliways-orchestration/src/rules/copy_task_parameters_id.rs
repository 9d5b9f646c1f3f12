//! A background task run remembers where its parameters are stored until it runs.

use milliways_model::StateType;

use crate::context::Context;
use crate::piece::Piece;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const COPY_TASK_PARAMETERS_ID: Piece = Piece::rule(
    "copy_task_parameters_id",
    StateSet::of(&[StateType::Scheduled, StateType::Pending]),
    StateSet::of(&[StateType::Pending, StateType::Running]),
)
.before(before);

fn before(cx: &mut Context<'_>) {
    if let (Some(initial), Some(proposed)) = (&cx.initial, &mut cx.proposed) {
        let id = &mut proposed.state_details.task_parameters_id;
        *id = id.or(initial.state_details.task_parameters_id);
    }
}
