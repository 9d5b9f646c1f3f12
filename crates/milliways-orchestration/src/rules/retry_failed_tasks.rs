//! A task run that fails is tried again, as often as its policy says.

use milliways_model::{StateType, TaskRunPolicy};

use crate::context::Context;
use crate::piece::Piece;
use crate::spread::spread;
use crate::state_names::AWAITING_RETRY;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const RETRY_FAILED_TASKS: Piece = Piece::rule(
    "retry_failed_tasks",
    StateSet::of(&[StateType::Running]),
    StateSet::of(&[StateType::Failed]),
)
.before(before);

fn before(cx: &mut Context<'_>) {
    let (Some(failure), Some(policy)) = (&mut cx.proposed, cx.run.task_policy()) else {
        return;
    };
    let may_retry = failure.state_details.retriable != Some(false)
        && policy
            .retries
            .is_some_and(|retries| cx.run.run_count <= retries);
    if !may_retry {
        return;
    }
    let delay = delay_seconds(policy, cx.run.run_count, cx.draw);
    let (message, data) = (failure.message.take(), failure.data.take());
    let mut retry = cx.new_state(StateType::Scheduled);
    AWAITING_RETRY.clone_into(&mut retry.name);
    retry.message = message;
    retry.data = data;
    retry.state_details.scheduled_time = Some(cx.now.plus_seconds(delay));
    cx.replace(retry, "Retrying");
}

fn delay_seconds(policy: &TaskRunPolicy, run_count: i64, draw: &mut dyn FnMut() -> u128) -> f64 {
    let Some(delay) = &policy.retry_delay else {
        return 0.0;
    };
    let retry = usize::try_from(run_count.saturating_sub(1)).unwrap_or(0);
    let delay = delay.before(retry);
    match policy.retry_jitter_factor {
        Some(factor) if factor > 0.0 && delay > 0.0 => spread(delay, factor, draw()),
        _ => delay,
    }
}
