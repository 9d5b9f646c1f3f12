//! The table of `prevent_duplicate_transitions`.

use milliways_model::ids::Uuid;

use crate::rules::PREVENT_DUPLICATE_TRANSITIONS;
use crate::tests::{Scenario, check_piece};

#[test]
fn table() {
    check_piece(
        &PREVENT_DUPLICATE_TRANSITIONS,
        &[
            Scenario::flow("no transition id"),
            Scenario::flow("another transition id")
                .initial(|state| state.state_details.transition_id = Some(Uuid::from_u128(1)))
                .proposed(|state| state.state_details.transition_id = Some(Uuid::from_u128(2))),
            Scenario::flow("the same transition id")
                .initial(|state| state.state_details.transition_id = Some(Uuid::from_u128(1)))
                .proposed(|state| state.state_details.transition_id = Some(Uuid::from_u128(1))),
        ],
    );
}
