//! Even by force, the result of a completed flow run is not overwritten with none.

use milliways_model::{State, StateType};

use crate::context::Context;
use crate::piece::Piece;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const PREVENT_RESULT_DATA_LOSS: Piece = Piece::rule(
    "prevent_result_data_loss",
    StateSet::of(&[StateType::Completed]),
    StateSet::of(&[StateType::Completed]),
)
.before(before);

/// What is told to who would overwrite the result.
pub(super) const RESULT_WOULD_BE_LOST: &str = "Cannot overwrite a COMPLETED state that carries \
                                               persisted result data with one that does not.";

fn before(cx: &mut Context<'_>) {
    if let (Some(initial), Some(proposed)) = (&cx.initial, &cx.proposed)
        && would_lose_result(initial, proposed)
    {
        cx.reject(RESULT_WOULD_BE_LOST);
    }
}

/// Whether a completed run's stored result would no longer be found.
pub(super) fn would_lose_result(initial: &State, proposed: &State) -> bool {
    initial.kind == StateType::Completed
        && proposed.kind == StateType::Completed
        && initial.has_persisted_data()
        && !proposed.has_persisted_data()
}
