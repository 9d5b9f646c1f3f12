//! The table of `secure_deployment_slot`.

use std::time::Duration;

use crate::rules::SECURE_DEPLOYMENT_SLOT;
use crate::tests::{DEPLOYMENT, Scenario, check_piece, deployment, facts_with, limit};
use crate::{CollisionStrategy, DeploymentFact, LimitFact};

#[test]
fn table() {
    let deployed = |title| Scenario::flow(title).run(|run| run.deployment_id = Some(DEPLOYMENT));
    check_piece(
        &SECURE_DEPLOYMENT_SLOT,
        &[
            Scenario::flow("without a deployment"),
            deployed("deployment is gone"),
            deployed("no limit").facts(facts_with(deployment(None))),
            deployed("limit of 0").facts(facts_with(deployment(Some(limit(0, 0))))),
            deployed("limit is inactive").facts(facts_with(deployment(Some(LimitFact {
                active: false,
                ..limit(1, 1)
            })))),
            deployed("one slot is left").facts(facts_with(deployment(Some(limit(1, 2))))),
            deployed("one slot is left, one minute of grace").facts(facts_with(DeploymentFact {
                grace_period: Some(Duration::from_mins(1)),
                ..deployment(Some(limit(1, 2)))
            })),
            deployed("full").facts(facts_with(deployment(Some(limit(2, 2))))),
            deployed("full, and cancels new runs").facts(facts_with(DeploymentFact {
                collision_strategy: CollisionStrategy::CancelNew,
                ..deployment(Some(limit(2, 2)))
            })),
            deployed("full, but the client takes slots itself")
                .facts(facts_with(deployment(Some(limit(2, 2)))))
                .client((3, 0, 3), (0, 8, 4)),
        ],
    );
}
