//! The table of `copy_scheduled_time`.

use crate::rules::COPY_SCHEDULED_TIME;
use crate::tests::{NOW, Scenario, check_piece};

#[test]
fn table() {
    let scheduled = |title| {
        Scenario::flow(title).initial(|state| state.state_details.scheduled_time = Some(NOW))
    };
    check_piece(
        &COPY_SCHEDULED_TIME,
        &[
            Scenario::flow("no time"),
            scheduled("with a time"),
            scheduled("with another time proposed").proposed(|state| {
                state.state_details.scheduled_time = Some(NOW.plus_seconds(5.0));
            }),
        ],
    );
}
