//! A flow run takes a slot of its deployment's concurrency limit before it is submitted.

use milliways_model::StateType;

use crate::context::Context;
use crate::facts::{CollisionStrategy, Needs};
use crate::piece::Piece;
use crate::rules::deployment_slot::{
    LIMIT_REACHED, active_limit, cancelled, promise_slot, take_slot,
};
use crate::run::Run;
use crate::state_names::AWAITING_CONCURRENCY_SLOT;
use crate::state_set::StateSet;
use crate::transition::Transition;

/// See the module.
pub(crate) const SECURE_DEPLOYMENT_SLOT: Piece = Piece::rule(
    "secure_deployment_slot",
    StateSet::ALL.without(&[
        StateType::Pending,
        StateType::Running,
        StateType::Cancelling,
    ]),
    StateSet::of(&[StateType::Pending]),
)
.needs(needs)
.before(before)
.after(after);

fn needs(transition: &Transition, run: &Run, needs: &mut Needs) {
    if !transition.client.takes_deployment_slots() {
        needs.deployment = run.deployment_id;
    }
}

fn before(cx: &mut Context<'_>) {
    if !is_concerned(cx) {
        return;
    }
    let Some(deployment) = &cx.facts.deployment else {
        return cx.abort("Deployment not found.");
    };
    let Some(limit) = active_limit(cx) else {
        return;
    };
    if limit.limit <= 0 {
        cx.abort(
            "The deployment concurrency limit is 0. The flow will deadlock if submitted again.",
        );
    } else if limit.has_room() {
        promise_slot(cx);
    } else {
        match deployment.collision_strategy {
            CollisionStrategy::Enqueue => wait_for_turn(cx),
            CollisionStrategy::CancelNew => {
                let state = cancelled(cx, LIMIT_REACHED);
                cx.replace(state, LIMIT_REACHED);
            }
        }
    }
}

fn after(cx: &mut Context<'_>) {
    if is_concerned(cx) && cx.to() == Some(StateType::Pending) {
        take_slot(cx);
    }
}

fn is_concerned(cx: &Context<'_>) -> bool {
    cx.run.deployment_id.is_some() && !cx.client.takes_deployment_slots()
}

fn wait_for_turn(cx: &mut Context<'_>) {
    let mut state = cx.new_state(StateType::Scheduled);
    AWAITING_CONCURRENCY_SLOT.clone_into(&mut state.name);
    state.state_details.scheduled_time = Some(cx.now + cx.facts.waits.deployment_slot);
    cx.replace(state, LIMIT_REACHED);
}
