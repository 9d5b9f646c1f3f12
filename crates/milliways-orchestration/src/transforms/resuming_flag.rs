//! A flow run that runs or has ended is no longer coming back from a pause.

use milliways_model::StateType;

use crate::piece::{Change, Piece};
use crate::run::Run;

/// See the module.
pub(crate) const RESUMING_FLAG: Piece = Piece::transform("resuming_flag").book(book);

fn book(run: &mut Run, change: &Change<'_>) {
    if (change.enters(StateType::Running) || change.proposed.kind.is_terminal())
        && let Some(policy) = run.flow_policy_mut()
        && policy.resuming == Some(true)
    {
        policy.resuming = Some(false);
    }
}
