//! The table of `remove_lease_for_old_clients`.

use crate::rules::REMOVE_LEASE_FOR_OLD_CLIENTS;
use crate::tests::{LEASE, Scenario, check_piece};

#[test]
fn table() {
    let leased = |title| {
        Scenario::flow(title)
            .initial(|state| state.state_details.deployment_concurrency_lease_id = Some(LEASE))
    };
    check_piece(
        &REMOVE_LEASE_FOR_OLD_CLIENTS,
        &[
            Scenario::flow("old client without a lease").client((3, 4, 10), (0, 8, 4)),
            leased("old client").client((3, 4, 10), (0, 8, 4)),
            leased("client that renews").client((3, 4, 11), (0, 8, 4)),
        ],
    );
}
