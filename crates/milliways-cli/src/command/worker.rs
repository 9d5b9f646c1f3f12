//! `milliways worker`: processes that start the runs of a work pool.

mod start;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

/// Work on the runs of work pools
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Start(Box<start::Arguments>),
}

pub(crate) fn run(command: Command, context: &Context) -> Result<()> {
    match command {
        Command::Start(arguments) => start::run(&arguments, context),
    }
}
