//! The one decision: a transition, the run and the facts give a verdict.

use milliways_model::Timestamp;

use crate::context::Context;
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
    let (policy, global) = (policy::pieces(transition.policy), policy::global(run.id));
    let cx = Context::new(transition, run, facts, now, draw);
    machinery::orchestrate(policy, global, cx)
}
