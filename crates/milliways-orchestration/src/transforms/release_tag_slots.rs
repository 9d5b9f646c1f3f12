//! A task run that does not run gives back the slots of its tags' limits.

use milliways_model::{State, StateType};

use crate::context::Context;
use crate::effect::Effect;
use crate::piece::Piece;
use crate::run::Run;

/// See the module.
pub(crate) const RELEASE_TAG_SLOTS: Piece = Piece::transform("release_tag_slots").after(after);

fn after(cx: &mut Context<'_>) {
    if let Some(proposed) = &cx.proposed
        && gives_tag_slots_back(cx.run, proposed)
    {
        cx.effects.push(Effect::ReleaseTagSlots);
    }
}

/// Whether a task run that enters this state gives slots back. One without tags never had any.
pub(crate) fn gives_tag_slots_back(run: &Run, state: &State) -> bool {
    !run.tags.is_empty() && !matches!(state.kind, StateType::Running | StateType::Cancelling)
}
