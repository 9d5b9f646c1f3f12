//! How often a run has started.

use milliways_model::StateType;

use crate::piece::{Change, Piece};
use crate::run::Run;

/// A flow run that comes back from a pause does not start anew.
pub(crate) const FLOW_RUN_COUNT: Piece = Piece::transform("flow_run_count").book(flow_run_count);
/// A task run starts anew whenever it is RUNNING.
pub(crate) const TASK_RUN_COUNT: Piece = Piece::transform("task_run_count").book(task_run_count);

fn flow_run_count(run: &mut Run, change: &Change<'_>) {
    let resuming = run
        .flow_policy()
        .is_some_and(|policy| policy.resuming == Some(true));
    if change.enters(StateType::Running) && !(resuming && change.client.resumes_without_count()) {
        run.run_count = run.run_count.saturating_add(1);
    }
}

fn task_run_count(run: &mut Run, change: &Change<'_>) {
    if change.enters(StateType::Running) {
        run.run_count = run.run_count.saturating_add(1);
    }
}
