//! A task run that has ended stays so, unless its flow runs it again.

use milliways_model::StateType;

use crate::context::Context;
use crate::facts::Needs;
use crate::piece::Piece;
use crate::run::Run;
use crate::state_names::RETRYING;
use crate::state_set::StateSet;
use crate::transition::Transition;

/// See the module.
pub(crate) const TASK_TERMINAL: Piece =
    Piece::rule("task_terminal", StateSet::TERMINAL, StateSet::ALL)
        .needs(needs)
        .before(before)
        .undo(undo);

fn needs(transition: &Transition, run: &Run, needs: &mut Needs) {
    let proposed = transition.proposed.as_ref();
    if proposed.is_some_and(|state| state.kind == StateType::Running) {
        needs.flow_run = run.flow_run_id;
    }
}

fn before(cx: &mut Context<'_>) {
    let (Some(initial), Some(to)) = (&cx.initial, cx.to()) else {
        return;
    };
    if matches!(
        to,
        StateType::Cancelling | StateType::Paused | StateType::Crashed
    ) {
        cx.abort(format!("Run is already {}.", initial.kind.as_str()));
    } else if initial.kind == StateType::Completed && initial.has_persisted_data() {
        cx.reject("This run is already completed.");
    } else if !to.is_terminal() {
        cx.kept.run_count = Some(cx.run.run_count);
        cx.run.run_count = 0;
        let flow_run = cx.facts.flow_run.as_ref();
        let flow_is_retried =
            flow_run.is_some_and(|flow_run| flow_run.run_count > cx.run.flow_run_run_count);
        if to == StateType::Running && flow_is_retried {
            cx.rename(RETRYING);
        }
    }
}

fn undo(cx: &mut Context<'_>) {
    if let Some(run_count) = cx.kept.run_count.take() {
        cx.run.run_count = run_count;
    }
}
