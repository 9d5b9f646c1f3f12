//! A flow run that was asked to end can only become CANCELLED.

use milliways_model::StateType;

use crate::context::Context;
use crate::piece::Piece;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const CANCELLING_TO_CANCELLED: Piece = Piece::rule(
    "cancelling_to_cancelled",
    StateSet::of(&[StateType::Cancelling]),
    StateSet::ALL.without(&[StateType::Cancelled]),
)
.before(before);

fn before(cx: &mut Context<'_>) {
    cx.reject("Cannot transition flows that are cancelling to a state other than Cancelled.");
}
