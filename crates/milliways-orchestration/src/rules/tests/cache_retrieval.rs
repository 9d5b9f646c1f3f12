//! The table of `cache_retrieval`.

use milliways_model::{State, StateType};

use super::persist;
use crate::Facts;
use crate::rules::CACHE_RETRIEVAL;
use crate::tests::{Scenario, check_piece, state};

fn ask(state: &mut State) {
    state.state_details.cache_key = Some("tea".to_owned());
}

#[test]
fn table() {
    let mut cached = state(StateType::Completed);
    persist(&mut cached);
    ask(&mut cached);
    let facts = || Facts {
        cached_state: Some(cached.clone()),
        ..Facts::default()
    };
    check_piece(
        &CACHE_RETRIEVAL,
        &[
            Scenario::task("no key").facts(facts()),
            Scenario::task("nothing is cached").proposed(ask),
            Scenario::task("cached").facts(facts()).proposed(ask),
            Scenario::task("cached, but to be computed anew")
                .facts(facts())
                .proposed(|state| {
                    ask(state);
                    state.state_details.refresh_cache = Some(true);
                }),
        ],
    );
}
