//! Pure decisions about runs: `(transition, facts) -> verdict and effects`.
//!
//! A caller proposes a state for a run. [`needs`] tells which facts have to be known, storage loads them,
//! [`decide`] judges the transition by the rules of its [`Policy`], and storage carries the [`Verdict`]
//! out: the state, the run's row, and the [`Effect`]s, in one transaction. [`record`] is the way of states
//! that a client decided itself. This crate does no I/O, owns no clock and no randomness (both are
//! arguments), and cannot await.
//!
//! # How a transition is judged
//!
//! 1. A policy is a list of pieces (`policy/`); the list of global pieces follows it. There are two
//!    kinds. A *rule* (`rules/`) says between which types of states it has a say. A *transform*
//!    (`transforms/`) has a say in whatever is going to be written.
//! 2. Entry, in order: a piece's `before` may change the proposed state, replace it, reject, delay or
//!    abort the transition. A rule is skipped once another piece has changed the proposed type.
//!    A `book` keeps the run's counts and times.
//! 3. Exit, in the reverse order: `after` of the pieces that were entered. A rule whose transition got
//!    another type after it was entered has *fizzled*: its `undo` is called instead. When nothing is
//!    going to be written, every piece that was entered is undone.
//!
//! Effects belong in `after`: what fizzled has none, and nothing has to be compensated. A concurrency
//! slot is a row that belongs to a lease and never a counter; the facts say how many are taken.
//!
//! # How to add a rule
//!
//! `rules/wait_for_scheduled_time.rs` is the one to copy.
//!
//! 1. One file in `rules/`, named by what the rule does in full words. Its first line says what holds
//!    because of it. Its constant is a chain: `Piece::rule(name, from, to)` and the functions it needs.
//! 2. What it has to know beyond the run and its states is a field of [`Facts`], asked for by its `needs`.
//!    What it wants done is an [`Effect`], pushed in `after`. What it changes of the run in `before` it
//!    takes back in `undo`.
//! 3. Its line in `rules.rs`, and its place in each list of `policy/` that it belongs to.
//! 4. Its table in `rules/tests/`, a file of the same name: scenarios, each a grid of every from-state
//!    and to-state. `INSTA_UPDATE=always cargo nextest run -p milliways-orchestration` writes the
//!    snapshot; read it.

pub mod automation;
pub mod blocks;
mod client;
mod context;
mod decide;
mod effect;
mod facts;
mod late;
mod lease;
mod machinery;
pub mod parameters;
mod piece;
mod policy;
mod record;
mod rules;
mod run;
mod slot_wait;
mod spread;
mod state_names;
mod state_set;
pub mod template;
mod transforms;
mod transition;
mod verdict;

pub use client::{Client, Version};
pub use decide::decide;
pub use effect::Effect;
pub use facts::{
    CollisionStrategy, DeploymentFact, Facts, FlowRunFact, LeaseFact, LimitFact, Needs, TagLimit,
    Waits, needs,
};
pub use late::{LATE_AFTER, late_state};
pub use lease::{LeaseVerdict, has_process, lease_verdict};
pub use record::{complete_reported, record, released_by_report, repeats};
pub use run::{Run, RunId, RunPolicy};
pub use slot_wait::{Crowd, slot_wait};
pub use transition::{Policy, Transition};
pub use verdict::Verdict;

#[cfg(test)]
mod tests;
