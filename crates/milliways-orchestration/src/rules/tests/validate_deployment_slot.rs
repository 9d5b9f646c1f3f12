//! The table of `validate_deployment_slot`.

use crate::rules::VALIDATE_DEPLOYMENT_SLOT;
use crate::tests::{DEPLOYMENT, LEASE, NOW, Scenario, check_piece, deployment, facts_with, limit};
use crate::{DeploymentFact, Facts, LeaseFact};

#[test]
fn table() {
    let leased = |title| {
        Scenario::flow(title)
            .run(|run| run.deployment_id = Some(DEPLOYMENT))
            .initial(|state| state.state_details.deployment_concurrency_lease_id = Some(LEASE))
    };
    let alive = |deployment: DeploymentFact| Facts {
        lease: Some(LeaseFact {
            id: LEASE,
            expires: Some(NOW),
        }),
        ..facts_with(deployment)
    };
    check_piece(
        &VALIDATE_DEPLOYMENT_SLOT,
        &[
            Scenario::flow("no lease").run(|run| run.deployment_id = Some(DEPLOYMENT)),
            leased("lease is alive").facts(alive(deployment(Some(limit(1, 1))))),
            leased("lease is alive, limit is gone").facts(alive(deployment(None))),
            leased("lease is over, a slot is left")
                .facts(facts_with(deployment(Some(limit(0, 1))))),
            leased("lease is over, no slot is left")
                .facts(facts_with(deployment(Some(limit(1, 1))))),
            leased("lease is over, old client")
                .facts(facts_with(deployment(Some(limit(1, 1)))))
                .client((3, 4, 10), (0, 8, 4)),
        ],
    );
}
