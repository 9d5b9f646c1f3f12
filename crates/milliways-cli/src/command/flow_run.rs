//! `milliways flow-run`: runs of flows, one file for each verb.

mod cancel;
mod delete;
mod find;
mod inspect;
mod logs;
mod ls;
mod watch;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

/// List, follow, cancel and delete runs of flows
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ls(ls::Arguments),
    Inspect(inspect::Arguments),
    Logs(logs::Arguments),
    Watch(watch::Arguments),
    Cancel(cancel::Arguments),
    Delete(delete::Arguments),
}

pub(crate) fn run(command: Command, context: &Context) -> Result<()> {
    match command {
        Command::Ls(arguments) => ls::run(&arguments, context),
        Command::Inspect(arguments) => inspect::run(&arguments, context),
        Command::Logs(arguments) => logs::run(&arguments, context),
        Command::Watch(arguments) => watch::run(&arguments, context),
        Command::Cancel(arguments) => cancel::run(&arguments, context),
        Command::Delete(arguments) => delete::run(&arguments, context),
    }
}
