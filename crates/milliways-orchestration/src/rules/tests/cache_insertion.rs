//! The table of `cache_insertion`.

use crate::rules::CACHE_INSERTION;
use crate::tests::{NOW, Scenario, check_piece};

#[test]
fn table() {
    check_piece(
        &CACHE_INSERTION,
        &[
            Scenario::task("no key"),
            Scenario::task("with a key").proposed(|state| {
                state.state_details.cache_key = Some("tea".to_owned());
                state.state_details.cache_expiration = Some(NOW.plus_seconds(3600.0));
            }),
            Scenario::task("with a key of 2000 characters, written in more bytes").proposed(
                |state| {
                    state.state_details.cache_key = Some("é".repeat(2000));
                },
            ),
            Scenario::task("with a key of 2001 characters").proposed(|state| {
                state.state_details.cache_key = Some("x".repeat(2001));
            }),
        ],
    );
}
