//! A flow run that fails is tried again by the process that ran it, as often as its policy says.

use milliways_model::{RetryType, StateType};

use crate::context::Context;
use crate::effect::Effect;
use crate::piece::Piece;
use crate::state_names::AWAITING_RETRY;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const RETRY_FAILED_FLOWS: Piece = Piece::rule(
    "retry_failed_flows",
    StateSet::of(&[StateType::Running]),
    StateSet::of(&[StateType::Failed]),
)
.before(before)
.after(after)
.undo(undo);

fn before(cx: &mut Context<'_>) {
    let run_count = cx.run.run_count;
    let (Some(failure), Some(policy)) = (&mut cx.proposed, cx.run.flow_policy_mut()) else {
        return;
    };
    cx.kept.policy = Some(policy.clone());
    if policy.retries.is_none_or(|retries| run_count > retries) {
        policy.retry_type = None;
        return;
    }
    policy.resuming = Some(false);
    policy.pause_keys = Some(Vec::new());
    policy.retry_type = Some(RetryType::InProcess);
    #[expect(
        clippy::cast_precision_loss,
        reason = "delays are far below 2^52 seconds"
    )]
    let delay = policy.retry_delay.unwrap_or(0) as f64;
    let (message, data) = (failure.message.take(), failure.data.take());
    let lease = failure.state_details.deployment_concurrency_lease_id;
    let mut retry = cx.new_state(StateType::Scheduled);
    AWAITING_RETRY.clone_into(&mut retry.name);
    retry.message = message;
    retry.data = data;
    retry.state_details.scheduled_time = Some(cx.now.plus_seconds(delay));
    retry.state_details.deployment_concurrency_lease_id = lease;
    cx.replace(retry, "Retrying");
}

fn after(cx: &mut Context<'_>) {
    if let Some(retry) = &cx.proposed
        && retry.kind == StateType::Scheduled
        && cx.client.needs_task_runs_reset()
    {
        cx.effects.push(Effect::ResetFailedTaskRuns {
            scheduled_time: retry.state_details.scheduled_time.unwrap_or(cx.now),
        });
    }
}

fn undo(cx: &mut Context<'_>) {
    if let (Some(before), Some(policy)) = (cx.kept.policy.take(), cx.run.flow_policy_mut()) {
        *policy = before;
    }
}
