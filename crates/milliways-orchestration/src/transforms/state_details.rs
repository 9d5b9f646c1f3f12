//! A written state tells to which run it belongs.

use crate::context::Context;
use crate::piece::Piece;
use crate::run::RunId;

/// See the module.
pub(crate) const STATE_DETAILS: Piece = Piece::transform("state_details").before(before);

fn before(cx: &mut Context<'_>) {
    let Some(proposed) = &mut cx.proposed else {
        return;
    };
    let details = &mut proposed.state_details;
    match cx.run.id {
        RunId::Flow(id) => details.flow_run_id = Some(id),
        RunId::Task(id) => {
            details.task_run_id = Some(id);
            details.flow_run_id = cx.run.flow_run_id;
        }
    }
}
