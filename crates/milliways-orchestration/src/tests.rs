//! Tests of what goes through the whole crate, and the kit of every test in it.

mod clients;
mod grid;
mod late_and_lease;
mod lives;
mod machinery;
mod needs;
mod policies;
mod properties;
mod record;
mod scrub;
mod spread;
mod subjects;
mod world;

pub(crate) use grid::{Scenario, check_piece, check_policy, unset};
pub(crate) use subjects::{
    CHILD_OF, DEPLOYMENT, FLOW_RUN, LEASE, LIMIT, NOW, TASK_RUN, decide_once, deployment, draws,
    facts_with, limit, state,
};
