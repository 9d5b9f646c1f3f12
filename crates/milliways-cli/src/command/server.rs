//! `milliways server`: running a server, and what can be said and done about one that runs.

mod status;
mod stop;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

/// Run the server, and look after it
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Stop(stop::Arguments),
    Status(status::Arguments),
}

pub(crate) fn run(command: Command, context: &Context) -> Result<()> {
    match command {
        Command::Stop(arguments) => stop::run(&arguments, context),
        Command::Status(arguments) => status::run(&arguments, context),
    }
}
