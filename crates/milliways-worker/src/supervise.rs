//! Processes: started in groups of their own, watched, ended with all that they have started.

mod child;
mod exit;
mod leftovers;
mod memory;
mod nursery;
mod output;
mod processes;

pub(crate) use child::{Child, Plan};
pub(crate) use exit::Exit;
pub(crate) use leftovers::{Leftover, end_leftovers, leftovers};
pub(crate) use nursery::Nursery;
pub(crate) use output::Output;

/// Carries run and attempt: the engine goes on under the claim of its worker, and what a process has detached is found.
pub(crate) const ATTEMPT: &str = "MILLIWAYS__ATTEMPT";
/// Carries which process is the worker, so that it is known of what it has left whether anybody still looks after it.
const WORKER: &str = "MILLIWAYS__WORKER";
