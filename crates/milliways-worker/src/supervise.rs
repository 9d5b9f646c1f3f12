//! Processes: started in groups of their own, watched, ended with all that they have started.

mod child;
mod exit;
mod memory;
mod nursery;
mod output;
mod processes;

pub(crate) use child::{Child, Plan};
pub(crate) use exit::Exit;
pub(crate) use nursery::Nursery;
pub(crate) use output::Output;
