//! The table of `copy_task_parameters_id`.

use milliways_model::ids::Uuid;

use crate::rules::COPY_TASK_PARAMETERS_ID;
use crate::tests::{Scenario, check_piece};

#[test]
fn table() {
    let stored = |title| {
        Scenario::task(title)
            .initial(|state| state.state_details.task_parameters_id = Some(Uuid::from_u128(1)))
    };
    check_piece(
        &COPY_TASK_PARAMETERS_ID,
        &[
            Scenario::task("no parameters"),
            stored("stored parameters"),
            stored("with other ones proposed").proposed(|state| {
                state.state_details.task_parameters_id = Some(Uuid::from_u128(2));
            }),
        ],
    );
}
