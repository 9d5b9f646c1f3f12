//! The table of `rename_reruns`.

use crate::rules::RENAME_RERUNS;
use crate::tests::{Scenario, check_piece};

#[test]
fn table() {
    let ran = |title| Scenario::task(title).run(|run| run.run_count = 1);
    check_piece(
        &RENAME_RERUNS,
        &[
            Scenario::task("never ran"),
            ran("ran once"),
            ran("ran once, and awaits a retry")
                .initial(|state| "AwaitingRetry".clone_into(&mut state.name)),
        ],
    );
}
