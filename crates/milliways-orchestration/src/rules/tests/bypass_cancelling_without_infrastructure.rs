//! The table of `bypass_cancelling_without_infrastructure`.

use crate::rules::BYPASS_CANCELLING_WITHOUT_INFRASTRUCTURE;
use crate::tests::{Scenario, check_piece};

#[test]
fn table() {
    let submitted = |title| Scenario::flow(title).run(|run| run.has_infrastructure_pid = true);
    check_piece(
        &BYPASS_CANCELLING_WITHOUT_INFRASTRUCTURE,
        &[
            Scenario::flow("never submitted"),
            submitted("submitted"),
            submitted("submitted, and named Resuming")
                .initial(|state| "Resuming".clone_into(&mut state.name)),
            submitted("submitted, and suspended")
                .initial(|state| state.state_details.pause_reschedule = true),
        ],
    );
}
