//! The table of `prevent_pending`.

use crate::rules::PREVENT_PENDING;
use crate::tests::{LEASE, NOW, Scenario, check_piece};

#[test]
fn table() {
    check_piece(
        &PREVENT_PENDING,
        &[
            Scenario::flow("submitted again"),
            Scenario::flow("submitted by name, with a time and a lease")
                .initial(|state| {
                    state.state_details.scheduled_time = Some(NOW);
                    state.state_details.deployment_concurrency_lease_id = Some(LEASE);
                })
                .proposed(|state| "Submitting".clone_into(&mut state.name)),
            Scenario::flow("submitted twice by the same name")
                .initial(|state| "Submitting".clone_into(&mut state.name))
                .proposed(|state| "Submitting".clone_into(&mut state.name)),
            Scenario::flow("from another name back to Pending")
                .initial(|state| "Submitting".clone_into(&mut state.name)),
        ],
    );
}
