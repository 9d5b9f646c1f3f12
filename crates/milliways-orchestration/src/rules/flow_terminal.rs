//! A flow run that has ended stays so, unless it is run again on purpose.

use milliways_model::{RetryType, StateType};

use crate::context::Context;
use crate::piece::Piece;
use crate::rules::prevent_result_data_loss::{RESULT_WOULD_BE_LOST, would_lose_result};
use crate::state_set::StateSet;

/// See the module.
pub(crate) const FLOW_TERMINAL: Piece =
    Piece::rule("flow_terminal", StateSet::TERMINAL, StateSet::ALL)
        .before(before)
        .undo(undo);

fn before(cx: &mut Context<'_>) {
    let (Some(initial), Some(proposed)) = (&cx.initial, &cx.proposed) else {
        return;
    };
    let (from, to) = (initial.kind, proposed.kind);
    if matches!(
        to,
        StateType::Cancelling | StateType::Paused | StateType::Crashed
    ) {
        cx.abort(format!(
            "Run is already in terminal state {}.",
            from.as_str()
        ));
    } else if from == StateType::Completed && !to.is_terminal() && initial.has_persisted_data() {
        cx.reject("Run is already COMPLETED.");
    } else if would_lose_result(initial, proposed) {
        cx.reject(RESULT_WOULD_BE_LOST);
    } else if to == StateType::Scheduled && cx.run.deployment_id.is_none() {
        cx.abort("Cannot reschedule a run without an associated deployment.");
    } else if !to.is_terminal() {
        begin_again(cx, to);
    }
}

/// The run forgets its pauses, and who starts it next depends on whether it is scheduled.
fn begin_again(cx: &mut Context<'_>, to: StateType) {
    let Some(policy) = cx.run.flow_policy_mut() else {
        return;
    };
    cx.kept.policy = Some(policy.clone());
    policy.resuming = Some(false);
    policy.pause_keys = Some(Vec::new());
    policy.retry_type = (to == StateType::Scheduled).then_some(RetryType::Reschedule);
}

fn undo(cx: &mut Context<'_>) {
    if let (Some(before), Some(policy)) = (cx.kept.policy.take(), cx.run.flow_policy_mut()) {
        *policy = before;
    }
}
