//! `milliways worker`: processes that start the runs of a work pool.

mod start;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

/// Start runs of a work pool
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Start(Box<start::Arguments>),
}

pub(crate) fn run(command: Command, context: &Context) -> Result<()> {
    match command {
        Command::Start(arguments) => start::run(&arguments, context),
    }
}
