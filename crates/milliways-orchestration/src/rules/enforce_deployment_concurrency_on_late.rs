//! A late run of a full deployment that does not queue is cancelled instead of marked.

use milliways_model::StateType;

use crate::context::Context;
use crate::facts::{CollisionStrategy, Needs};
use crate::piece::Piece;
use crate::rules::deployment_slot::{LIMIT_REACHED, active_limit, cancelled};
use crate::run::Run;
use crate::state_names::LATE;
use crate::state_set::StateSet;
use crate::transition::Transition;

/// See the module.
pub(crate) const ENFORCE_DEPLOYMENT_CONCURRENCY_ON_LATE: Piece = Piece::rule(
    "enforce_deployment_concurrency_on_late",
    StateSet::of(&[StateType::Scheduled]),
    StateSet::of(&[StateType::Scheduled]),
)
.needs(needs)
.before(before);

fn needs(_: &Transition, run: &Run, needs: &mut Needs) {
    needs.deployment = run.deployment_id;
}

fn before(cx: &mut Context<'_>) {
    let cancels_new = cx
        .facts
        .deployment
        .as_ref()
        .is_some_and(|it| it.collision_strategy == CollisionStrategy::CancelNew);
    let is_full = active_limit(cx).is_some_and(|limit| !limit.has_room());
    let marks_late = cx.proposed.as_ref().is_some_and(|it| it.name == LATE);
    if marks_late && cancels_new && is_full {
        let state = cancelled(cx, LIMIT_REACHED);
        cx.replace(
            state,
            "Deployment concurrency limit is full and uses the CANCEL_NEW strategy.",
        );
    }
}
