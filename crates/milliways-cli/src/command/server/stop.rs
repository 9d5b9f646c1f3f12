//! `milliways server stop`: ending the server of this home.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use milliways_settings::{Paths, defs};
use rustix::process::{Pid, Signal, kill_process};

use crate::context::Context;
use crate::failure::Failure;
use crate::home_server::{Claim, HomeServer};
use crate::output;

/// Beyond what the server gives its requests, what it needs to close its database.
const CLOSING: Duration = Duration::from_secs(10);

/// End the server of this home, once it has answered what it accepted
#[derive(Debug, Args)]
pub(crate) struct Arguments {}

pub(super) fn run(_: &Arguments, context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let Some(server) = HomeServer::running(settings.paths())? else {
        return output::line("no server is running");
    };
    let patience = settings.get(defs::server::SHUTDOWN_TIMEOUT)? + CLOSING;
    end(&server, settings.paths(), patience)?;
    output::line(format!("server stopped (process {})", server.process))
}

/// Asks a server to end and waits until it has.
pub(super) fn end(server: &HomeServer, paths: &Paths, patience: Duration) -> Result<()> {
    let process = Pid::from_raw(server.process);
    // One that is gone by now has done what it was going to be asked.
    let asked = process.map(|process| kill_process(process, Signal::TERM));
    if asked == Some(Err(rustix::io::Errno::PERM)) {
        let text = format!("process {} belongs to another user", server.process);
        return Err(Failure::new(text)
            .hint("stop the server as the user who runs it")
            .into());
    }
    if Claim::wait(paths, patience)?.is_none() {
        let text = format!(
            "the server (process {}) has not ended in time",
            server.process
        );
        return Err(Failure::new(text)
            .hint(format!("kill -KILL {}", server.process))
            .into());
    }
    Ok(())
}
