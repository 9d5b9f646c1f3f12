//! The table of `enforce_deployment_concurrency_on_late`.

use crate::rules::ENFORCE_DEPLOYMENT_CONCURRENCY_ON_LATE;
use crate::tests::{DEPLOYMENT, Scenario, check_piece, deployment, facts_with, limit};
use crate::{CollisionStrategy, DeploymentFact, LimitFact};

#[test]
fn table() {
    let late = |title| {
        Scenario::flow(title)
            .run(|run| run.deployment_id = Some(DEPLOYMENT))
            .proposed(|state| "Late".clone_into(&mut state.name))
    };
    let cancels_new = |limit: Option<LimitFact>| {
        facts_with(DeploymentFact {
            collision_strategy: CollisionStrategy::CancelNew,
            ..deployment(limit)
        })
    };
    check_piece(
        &ENFORCE_DEPLOYMENT_CONCURRENCY_ON_LATE,
        &[
            late("no limit").facts(cancels_new(None)),
            late("room left").facts(cancels_new(Some(limit(1, 2)))),
            late("full, but runs queue").facts(facts_with(deployment(Some(limit(2, 2))))),
            late("full, and cancels new runs").facts(cancels_new(Some(limit(2, 2)))),
            Scenario::flow("full, and cancels new runs, but not marked late")
                .run(|run| run.deployment_id = Some(DEPLOYMENT))
                .facts(cancels_new(Some(limit(2, 2)))),
        ],
    );
}
