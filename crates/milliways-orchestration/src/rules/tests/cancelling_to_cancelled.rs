//! The table of `cancelling_to_cancelled`.

use crate::rules::CANCELLING_TO_CANCELLED;
use crate::tests::{Scenario, check_piece};

#[test]
fn table() {
    check_piece(&CANCELLING_TO_CANCELLED, &[Scenario::flow("any run")]);
}
