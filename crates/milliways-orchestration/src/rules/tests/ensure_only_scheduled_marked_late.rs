//! The table of `ensure_only_scheduled_marked_late`.

use crate::rules::ENSURE_ONLY_SCHEDULED_MARKED_LATE;
use crate::tests::{Scenario, check_piece};

#[test]
fn table() {
    check_piece(
        &ENSURE_ONLY_SCHEDULED_MARKED_LATE,
        &[
            Scenario::flow("not about being late"),
            Scenario::flow("marked late").proposed(|state| "Late".clone_into(&mut state.name)),
            Scenario::flow("marked late again")
                .initial(|state| "Late".clone_into(&mut state.name))
                .proposed(|state| "Late".clone_into(&mut state.name)),
        ],
    );
}
