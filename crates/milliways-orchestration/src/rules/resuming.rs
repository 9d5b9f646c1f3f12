//! A paused flow run can be resumed, ended or cancelled, until its pause times out.

use milliways_model::{RetryType, StateType};

use crate::context::Context;
use crate::piece::Piece;
use crate::state_names::SUSPENDED;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const RESUMING: Piece = Piece::rule(
    "resuming",
    StateSet::of(&[StateType::Paused]),
    StateSet::ALL,
)
.before(before)
.after(after);

fn before(cx: &mut Context<'_>) {
    let (Some(initial), Some(proposed)) = (&cx.initial, &cx.proposed) else {
        return;
    };
    let (pause, to) = (&initial.state_details, proposed.kind);
    let timed_out = pause.pause_timeout.is_some_and(|timeout| timeout < cx.now);
    if matches!(to, StateType::Pending | StateType::Paused) {
        cx.reject(format!(
            "This run cannot transition to the {} state from the {} state.",
            to.as_str(),
            initial.kind.as_str(),
        ));
    } else if pause.pause_reschedule && cx.run.deployment_id.is_none() {
        let name = proposed.name.to_lowercase();
        cx.reject(format!(
            "Cannot reschedule a {name} flow run without a deployment."
        ));
    } else if timed_out && to != StateType::Cancelling {
        let name = proposed.name.to_lowercase();
        let verb = if proposed.name == SUSPENDED {
            "suspend"
        } else {
            "pause"
        };
        let mut failed = cx.new_state(StateType::Failed);
        failed.message = Some(format!("The flow was {name} and never resumed."));
        cx.replace(
            failed,
            format!("The flow run {verb} has timed out and can no longer resume."),
        );
    }
}

fn after(cx: &mut Context<'_>) {
    let blocked = cx
        .initial
        .as_ref()
        .is_some_and(|pause| !pause.state_details.pause_reschedule);
    let is_rescheduled = blocked && cx.to() == Some(StateType::Scheduled);
    let Some(policy) = cx.run.flow_policy_mut() else {
        return;
    };
    if is_rescheduled {
        // Its process is given up, so that a new one starts from the beginning.
        policy.resuming = Some(false);
        policy.pause_keys = Some(Vec::new());
        policy.retry_type = Some(RetryType::Reschedule);
    } else {
        policy.resuming = Some(true);
    }
}
