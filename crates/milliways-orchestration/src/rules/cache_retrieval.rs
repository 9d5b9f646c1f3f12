//! A task run whose result is cached does not run: it takes over the cached state.

use milliways_model::{State, StateType};

use crate::context::Context;
use crate::facts::Needs;
use crate::piece::Piece;
use crate::run::Run;
use crate::state_names::CACHED;
use crate::state_set::StateSet;
use crate::transition::Transition;

/// See the module.
pub(crate) const CACHE_RETRIEVAL: Piece = Piece::rule(
    "cache_retrieval",
    StateSet::ALL,
    StateSet::of(&[StateType::Running]),
)
.needs(needs)
.before(before);

fn needs(transition: &Transition, _: &Run, needs: &mut Needs) {
    let key = transition.proposed.as_ref().and_then(cache_key);
    needs.cache_key = key.map(str::to_owned);
}

fn before(cx: &mut Context<'_>) {
    if cx.proposed.as_ref().and_then(cache_key).is_none() {
        return;
    }
    if let Some(cached) = &cx.facts.cached_state {
        let state = State {
            id: cx.new_state_id(),
            timestamp: cx.now,
            name: CACHED.to_owned(),
            ..cached.clone()
        };
        cx.replace(state, "Retrieved state from cache");
    }
}

/// The key to look for, unless the task wants to compute its result anew.
fn cache_key(state: &State) -> Option<&str> {
    let details = &state.state_details;
    let key = details.cache_key.as_deref();
    key.filter(|_| details.refresh_cache != Some(true))
}
