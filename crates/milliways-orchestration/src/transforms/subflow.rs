//! A subflow run and the task run that stands for it in the parent share their states.

use crate::context::Context;
use crate::effect::Effect;
use crate::piece::Piece;
use crate::run::RunId;

/// The parent's task run gets the same state, which points at this run.
pub(crate) const SUBFLOW_PARENT: Piece = Piece::transform("subflow_parent").after(mirror);
/// The subflow run's state names the parent's task run.
pub(crate) const SUBFLOW_DETAILS: Piece = Piece::transform("subflow_details").before(name_parent);

fn name_parent(cx: &mut Context<'_>) {
    if let (Some(parent), Some(proposed)) = (cx.run.parent_task_run_id, &mut cx.proposed) {
        proposed.state_details.task_run_id = Some(parent);
    }
}

fn mirror(cx: &mut Context<'_>) {
    let (Some(task_run), RunId::Flow(child)) = (cx.run.parent_task_run_id, cx.run.id) else {
        return;
    };
    let Some(mut state) = cx.proposed.clone() else {
        return;
    };
    state.id = cx.new_state_id();
    state.state_details.child_flow_run_id = Some(child);
    cx.effects.push(Effect::MirrorOnParent {
        task_run,
        state: Box::new(state),
    });
}
