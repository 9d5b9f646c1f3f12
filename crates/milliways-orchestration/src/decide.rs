//! The one decision: a transition, the run and the facts give a verdict.

use milliways_model::orchestration::SetStateDetails;
use milliways_model::{SetStateStatus, Timestamp};

use crate::context::{Context, Kept};
use crate::facts::Facts;
use crate::machinery;
use crate::policy;
use crate::run::Run;
use crate::transition::Transition;
use crate::verdict::Verdict;

/// Judges a transition, and changes `run` when a state is going to be written.
///
/// `facts` has what [`needs`](crate::needs) asked for. `now` is the time of the decision. `draw` gives 128
/// random bits each time, for ids and for waits that are spread.
pub fn decide(
    transition: Transition,
    run: &mut Run,
    facts: &Facts,
    now: Timestamp,
    draw: &mut dyn FnMut() -> u128,
) -> Verdict {
    let intended = transition.proposed.as_ref().map(|state| state.kind);
    let global = policy::global(run.id);
    let mut cx = Context {
        initial: transition.initial,
        proposed: transition.proposed,
        run,
        facts,
        client: transition.client,
        now,
        draw,
        status: SetStateStatus::Accept,
        details: SetStateDetails::Accept {},
        effects: Vec::new(),
        kept: Kept::default(),
    };
    machinery::orchestrate(policy::pieces(transition.policy), global, &mut cx);
    Verdict {
        status: cx.status,
        details: cx.details,
        state: cx.proposed,
        initial: cx.initial,
        intended,
        effects: cx.effects,
    }
}
