//! A task run that starts once more says so in its state's name.

use milliways_model::StateType;

use crate::context::Context;
use crate::piece::Piece;
use crate::state_names::{AWAITING_RETRY, RERUNNING, RETRYING};
use crate::state_set::StateSet;

/// See the module.
pub(crate) const RENAME_RERUNS: Piece = Piece::rule(
    "rename_reruns",
    StateSet::ALL,
    StateSet::of(&[StateType::Running]),
)
.before(before);

fn before(cx: &mut Context<'_>) {
    if cx.run.run_count > 0 {
        let initial = cx.initial.as_ref();
        let is_retry = initial.is_some_and(|state| state.name == AWAITING_RETRY);
        cx.rename(if is_retry { RETRYING } else { RERUNNING });
    }
}
