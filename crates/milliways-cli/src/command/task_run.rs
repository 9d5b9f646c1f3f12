//! `milliways task-run`: runs of tasks, one file for each verb.

mod inspect;
mod logs;
mod ls;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

/// List and look at runs of tasks
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ls(ls::Arguments),
    Inspect(inspect::Arguments),
    Logs(logs::Arguments),
}

pub(crate) fn run(command: Command, context: &Context) -> Result<()> {
    match command {
        Command::Ls(arguments) => ls::run(&arguments, context),
        Command::Inspect(arguments) => inspect::run(&arguments, context),
        Command::Logs(arguments) => logs::run(&arguments, context),
    }
}
