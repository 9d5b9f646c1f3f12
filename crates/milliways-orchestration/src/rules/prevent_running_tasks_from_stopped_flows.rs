//! A task run does not start while its flow run does not run.

use milliways_model::{State, StateType};

use crate::context::Context;
use crate::facts::{FlowRunFact, Needs};
use crate::piece::Piece;
use crate::run::Run;
use crate::state_names::NOT_READY;
use crate::state_set::StateSet;
use crate::transition::Transition;

/// See the module.
pub(crate) const PREVENT_RUNNING_TASKS_FROM_STOPPED_FLOWS: Piece = Piece::rule(
    "prevent_running_tasks_from_stopped_flows",
    StateSet::ALL,
    StateSet::of(&[StateType::Running]),
)
.needs(needs)
.before(before);

fn needs(_: &Transition, run: &Run, needs: &mut Needs) {
    needs.flow_run = run.flow_run_id;
}

fn before(cx: &mut Context<'_>) {
    let Some(flow_run_id) = cx.run.flow_run_id else {
        return;
    };
    let flow_run = cx.facts.flow_run.as_ref();
    match flow_run.and_then(|flow_run| Some((flow_run, flow_run.state_type?))) {
        Some((_, StateType::Running)) => {}
        Some((pause, StateType::Paused)) => {
            let state = not_ready(cx, pause);
            let reason = format!(
                "The flow is paused, new tasks can execute after resuming flow run: {flow_run_id}."
            );
            cx.replace(state, reason);
        }
        _ => cx.abort("The enclosing flow must be running to begin task execution."),
    }
}

/// The task run waits as long as its flow run does.
fn not_ready(cx: &mut Context<'_>, pause: &FlowRunFact) -> State {
    let mut state = cx.new_state(StateType::Paused);
    NOT_READY.clone_into(&mut state.name);
    state.state_details.pause_timeout = pause.pause_timeout;
    state.state_details.pause_reschedule = pause.pause_reschedule;
    state
}
