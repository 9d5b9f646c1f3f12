//! A completed task run offers its state to later ones with the same cache key.

use milliways_model::StateType;

use crate::context::Context;
use crate::effect::Effect;
use crate::piece::Piece;
use crate::state_set::StateSet;

/// See the module.
pub(crate) const CACHE_INSERTION: Piece = Piece::rule(
    "cache_insertion",
    StateSet::ALL,
    StateSet::of(&[StateType::Completed]),
)
.before(before)
.after(after);

/// The longest cache key, in characters.
const MAX_KEY_LENGTH: usize = 2000;

fn before(cx: &mut Context<'_>) {
    let proposed = cx.proposed.take_if(|state| {
        let key = state.state_details.cache_key.as_deref();
        key.is_some_and(is_too_long)
    });
    if let Some(state) = proposed {
        cx.replace(
            state,
            format!("Cache key exceeded maximum allowed length of {MAX_KEY_LENGTH} characters."),
        );
    }
}

fn after(cx: &mut Context<'_>) {
    let Some(state) = &cx.proposed else { return };
    let details = &state.state_details;
    let key = details.cache_key.as_ref().filter(|key| !is_too_long(key));
    if let Some(key) = key {
        cx.effects.push(Effect::InsertIntoCache {
            key: key.clone(),
            expiration: details.cache_expiration,
        });
    }
}

fn is_too_long(key: &str) -> bool {
    // So many characters take at least as many bytes, so that most keys need no count.
    key.len() > MAX_KEY_LENGTH && key.chars().count() > MAX_KEY_LENGTH
}
