//! The one binary, `milliways`: it parses, calls and prints. What it calls lives in the other crates.
//!
//! A command starts in milliseconds because nothing is set up before it is needed: settings are read by commands that
//! ask for them, an async runtime and a connection are made by commands that talk to a server.

mod args;
mod command;
mod connection;
mod context;
mod failure;
mod home_server;
mod ignored;
mod leftovers;

mod output;
mod serve;

use std::process::ExitCode;

use clap::Parser;

use args::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure::report(&error),
    }
}
