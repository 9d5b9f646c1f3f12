//! The table of `wait_for_scheduled_time`.

use crate::rules::WAIT_FOR_SCHEDULED_TIME;
use crate::tests::{NOW, Scenario, check_piece};

#[test]
fn table() {
    check_piece(
        &WAIT_FOR_SCHEDULED_TIME,
        &[
            Scenario::flow("no time"),
            Scenario::flow("due").initial(|state| state.state_details.scheduled_time = Some(NOW)),
            Scenario::flow("due in half a second")
                .initial(|state| state.state_details.scheduled_time = Some(NOW.plus_seconds(0.5))),
            Scenario::flow("due in 90.6 seconds")
                .initial(|state| state.state_details.scheduled_time = Some(NOW.plus_seconds(90.6))),
        ],
    );
}
