//! A task run takes a slot of the limit on each of its tags, all or none, before it runs.

use std::time::Duration;

use milliways_model::{LeaseId, StateType};

use crate::context::Context;
use crate::effect::Effect;
use crate::facts::{Needs, TagLimit};
use crate::piece::Piece;
use crate::run::Run;
use crate::spread::spread;
use crate::state_set::StateSet;
use crate::transition::Transition;

/// See the module.
pub(crate) const SECURE_TAG_SLOTS: Piece = Piece::rule(
    "secure_tag_slots",
    StateSet::ALL,
    StateSet::of(&[StateType::Running]),
)
.needs(needs)
.before(before)
.after(after);

/// 100 years: nobody renews these leases, and the task run's end releases them.
const LEASE: Duration = Duration::from_hours(100 * 365 * 24);
/// By how much a wait is drawn shorter or longer, so that those who wait don't all return at once.
const SPREAD: f64 = 0.3;

fn needs(_: &Transition, run: &Run, needs: &mut Needs) {
    needs.tag_limits = !run.tags.is_empty();
}

fn before(cx: &mut Context<'_>) {
    if let Some(closed) = active_limits(cx).find(|it| it.limit.limit <= 0) {
        let tag = &closed.tag;
        cx.abort(format!(
            "The concurrency limit on tag \"{tag}\" is 0 and will deadlock if the task tries to \
             run again."
        ));
    } else if active_limits(cx).any(|it| !it.limit.has_room()) {
        let seconds = wait_seconds(cx);
        let tags: Vec<_> = active_limits(cx).map(|it| it.tag.as_str()).collect();
        let tags = tags.join(", ");
        cx.delay(
            seconds,
            format!("Concurrency limit reached for tags: {tags}"),
        );
    }
}

fn after(cx: &mut Context<'_>) {
    let limits: Vec<_> = active_limits(cx).map(|it| it.limit.id).collect();
    if !limits.is_empty() {
        let lease = LeaseId(cx.new_uuid());
        cx.effects.push(Effect::TakeTagSlots {
            limits,
            lease,
            expires: cx.now + LEASE,
        });
    }
}

fn active_limits<'a>(cx: &Context<'a>) -> impl Iterator<Item = &'a TagLimit> + use<'a> {
    let facts = cx.facts;
    facts.tag_limits.iter().filter(|it| it.limit.active)
}

/// About as long as slots are held on average, but not longer than the setting says.
#[expect(
    clippy::cast_possible_truncation,
    reason = "float to int casts saturate"
)]
fn wait_seconds(cx: &mut Context<'_>) -> i64 {
    let longest = cx.facts.waits.tag_slot.as_secs_f64();
    let mean = active_limits(cx)
        .filter_map(|it| it.average_occupancy_seconds)
        .filter(|seconds| *seconds > 0.0)
        .fold(longest, f64::min);
    spread(mean, SPREAD, (cx.draw)()).round() as i64
}
