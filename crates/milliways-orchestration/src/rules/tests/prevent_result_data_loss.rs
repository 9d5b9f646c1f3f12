//! The table of `prevent_result_data_loss`.

use super::persist;
use crate::rules::PREVENT_RESULT_DATA_LOSS;
use crate::tests::{Scenario, check_piece};

#[test]
fn table() {
    check_piece(
        &PREVENT_RESULT_DATA_LOSS,
        &[
            Scenario::flow("no results"),
            Scenario::flow("with a result, proposed without one").initial(persist),
            Scenario::flow("with a result, proposed with one")
                .initial(persist)
                .proposed(persist),
        ],
    );
}
