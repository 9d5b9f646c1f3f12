//! The table of `enqueue_scheduled_tasks`.

use crate::rules::ENQUEUE_SCHEDULED_TASKS;
use crate::tests::{Scenario, check_piece};

#[test]
fn table() {
    check_piece(
        &ENQUEUE_SCHEDULED_TASKS,
        &[
            Scenario::task("not deferred"),
            Scenario::task("deferred").proposed(|state| state.state_details.deferred = Some(true)),
            Scenario::task("deferred retry").proposed(|state| {
                state.state_details.deferred = Some(true);
                "AwaitingRetry".clone_into(&mut state.name);
            }),
        ],
    );
}
