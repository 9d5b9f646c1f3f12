//! A task run that starts remembers which try of its flow run it belongs to.

use milliways_model::StateType;

use crate::context::Context;
use crate::facts::Needs;
use crate::piece::Piece;
use crate::run::Run;
use crate::state_set::StateSet;
use crate::transition::Transition;

/// See the module.
pub(crate) const UPDATE_FLOW_RUN_TRACKER: Piece = Piece::rule(
    "update_flow_run_tracker",
    StateSet::ALL,
    StateSet::of(&[StateType::Running]),
)
.needs(needs)
.after(after);

fn needs(_: &Transition, run: &Run, needs: &mut Needs) {
    needs.flow_run = run.flow_run_id;
}

fn after(cx: &mut Context<'_>) {
    if let Some(flow_run) = &cx.facts.flow_run {
        cx.run.flow_run_run_count = flow_run.run_count;
    }
}
