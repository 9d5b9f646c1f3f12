//! `milliways server`: running a server, and what can be said and done about one that runs.

mod background;
mod database;
mod doctor;
mod start;
mod status;
mod stop;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;

/// Run the server, and look after it
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Start(start::Arguments),
    Stop(stop::Arguments),
    Status(status::Arguments),
    Doctor(doctor::Arguments),
    #[command(subcommand)]
    Database(database::Command),
}

pub(crate) fn run(command: Command, context: &Context) -> Result<()> {
    match command {
        Command::Start(arguments) => start::run(&arguments, context),
        Command::Stop(arguments) => stop::run(&arguments, context),
        Command::Status(arguments) => status::run(&arguments, context),
        Command::Doctor(arguments) => doctor::run(&arguments, context),
        Command::Database(command) => database::run(command, context),
    }
}
