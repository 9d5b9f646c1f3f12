//! `milliways server start`: the server in the foreground, in the background, or as the local one of a home folder.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use milliways_client::Method;
use milliways_settings::{Settings, defs};

use super::background;
use crate::connection::Connection;
use crate::context::Context;
use crate::failure::Failure;
use crate::home_server::{Claim, HomeServer};
use crate::output;
use crate::serve::{self, Role};

/// How long a local server may take to make way for a full one.
const HANDOVER: Duration = Duration::from_secs(20);

/// Start the server
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Arguments {
    /// Address to listen on
    #[arg(long)]
    host: Option<String>,

    /// Port to listen on; 0 takes a free one
    #[arg(long)]
    port: Option<u16>,

    /// Seconds that an idle connection is kept
    #[arg(long, value_name = "SECONDS")]
    keep_alive_timeout: Option<u64>,

    /// Least level that is logged: DEBUG, INFO, WARNING, ERROR or CRITICAL
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,

    /// Go on in the background
    #[arg(short, long)]
    background: bool,

    /// Leave the web page out
    #[arg(long, overrides_with = "ui")]
    no_ui: bool,
    #[arg(long, hide = true)]
    ui: bool,

    /// Leave the scheduler out
    #[arg(long, overrides_with = "scheduler")]
    no_scheduler: bool,
    #[arg(long, hide = true)]
    scheduler: bool,

    /// Do not mark late runs
    #[arg(long, overrides_with = "late_runs")]
    no_late_runs: bool,
    #[arg(long, hide = true)]
    late_runs: bool,

    /// Leave all background services out: another server on the same database has them
    #[arg(long)]
    no_services: bool,

    /// Accepted for Prefect's sake: one process uses every core
    #[arg(long, hide = true, value_name = "COUNT")]
    workers: Option<u32>,
    /// Accepted for Prefect's sake: nothing is ever reported to anybody
    #[arg(long, hide = true)]
    analytics_on: bool,
    #[arg(long, hide = true)]
    analytics_off: bool,

    /// Serve only the programs of this home, over its socket, and end when nobody needs it
    #[arg(long, hide = true, conflicts_with = "background")]
    local: bool,

    /// Leave the terminal; how the background begins
    #[arg(long, hide = true)]
    detach: bool,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let settings = arguments.apply(&context.settings()?);
    if arguments.background {
        return background::start(&settings);
    }
    if arguments.local || arguments.detach {
        // Not possible for the leader of a process group, which then has no terminal to leave either.
        let _ = rustix::process::setsid();
    }
    let role = if arguments.local {
        Role::Local
    } else {
        Role::Full
    };
    match claim(&settings, role)? {
        Some(claim) => serve::run(&settings, claim, role, !arguments.no_services),
        None => Ok(()),
    }
}

impl Arguments {
    /// The settings with what the command line says.
    fn apply(&self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        if let Some(host) = &self.host {
            settings = settings.with(defs::server::API_HOST, host);
        }
        if let Some(port) = self.port {
            settings = settings.with(defs::server::API_PORT, port.to_string());
        }
        if let Some(seconds) = self.keep_alive_timeout {
            settings = settings.with(defs::server::API_KEEPALIVE_TIMEOUT, seconds.to_string());
        }
        if let Some(level) = &self.log_level {
            settings = settings.with(defs::server::LOGGING_LEVEL, level);
        }
        if self.no_ui {
            settings = settings.with(defs::ui::ENABLED, "false");
        }
        if self.no_scheduler {
            settings = settings.with(defs::services::SCHEDULER_ENABLED, "false");
        }
        if self.no_late_runs {
            settings = settings.with(defs::services::LATE_RUNS_ENABLED, "false");
        }
        settings
    }
}

/// The right to be the server of this home. A local server makes way for a full one; a second local one has nothing
/// to do, which `None` says.
fn claim(settings: &Settings, role: Role) -> Result<Option<Claim>> {
    let paths = settings.paths();
    if let Some(claim) = Claim::take(paths)? {
        return Ok(Some(claim));
    }
    if role == Role::Local {
        return Ok(None);
    }
    match HomeServer::running(paths)? {
        Some(server) if server.is_local => ask_to_make_way(settings, &server)?,
        Some(server) => return Err(taken(&server).into()),
        // It has only just begun, or is about to end.
        None => {}
    }
    match Claim::wait(paths, HANDOVER)? {
        Some(claim) => Ok(Some(claim)),
        None => match HomeServer::running(paths)? {
            Some(server) => Err(taken(&server).into()),
            None => Err(Failure::new("another server of this home does not make way").into()),
        },
    }
}

fn ask_to_make_way(settings: &Settings, server: &HomeServer) -> Result<()> {
    let connection = Connection::to_home(settings, server)?;
    // One that is ending by itself does not answer, and makes way all the same.
    if connection
        .send(Method::POST, "/admin/local/stop", None)
        .is_err()
    {
        output::note("the local server is ending already");
    }
    Ok(())
}

fn taken(server: &HomeServer) -> Failure {
    let place = server
        .url
        .as_ref()
        .map(|url| format!(" at {url}"))
        .unwrap_or_default();
    Failure::new(format!(
        "a server of this home runs already{place} (process {})",
        server.process
    ))
    .hint("`milliways server stop` ends it; another one needs another MILLIWAYS_HOME")
}
