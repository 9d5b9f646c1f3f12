//! `milliways server status`: whether the server answers.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use milliways_settings::Settings;
use serde::Serialize;

use crate::connection::Connection;
use crate::context::Context;
use crate::failure::Failure;
use crate::home_server::HomeServer;
use crate::output::{self, Output, facts};

const INTERVAL: Duration = Duration::from_millis(50);

/// Say whether the server answers; the exit code is 1 if it does not
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Wait until it does
    #[arg(long)]
    wait: bool,

    /// Wait so many seconds at most; 0 is without end
    #[arg(short, long, value_name = "SECONDS", default_value_t = 0)]
    timeout: u64,

    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Status {
    is_up: bool,
    address: Option<String>,
    process: Option<i32>,
    version: Option<String>,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let start = Instant::now();
    let is_over = || {
        !arguments.wait || (arguments.timeout > 0 && start.elapsed().as_secs() >= arguments.timeout)
    };
    let status = loop {
        let status = look(&settings)?;
        if status.is_up || is_over() {
            break status;
        }
        thread::sleep(INTERVAL);
    };
    if arguments.output.is_json() {
        output::json(&status)?;
    } else if status.is_up {
        output::print(&facts(&[
            ("server", Some("up".to_owned())),
            ("address", status.address.clone()),
            ("process", status.process.map(|process| process.to_string())),
            ("version", status.version.clone()),
        ]))?;
    }
    if status.is_up {
        return Ok(());
    }
    let place = status
        .address
        .map(|address| format!(" at {address}"))
        .unwrap_or_default();
    Err(Failure::new(format!("no server answers{place}"))
        .hint("`milliways server start` starts one")
        .into())
}

/// With an address set it is that server that matters, else the one of this home; none is started for being asked.
fn look(settings: &Settings) -> Result<Status> {
    let server = HomeServer::running(settings.paths())?;
    let Some(connection) = Connection::existing(settings, server.as_ref())? else {
        return Ok(Status {
            is_up: false,
            address: None,
            process: None,
            version: None,
        });
    };
    let is_up = connection.get("/health").is_ok();
    let address = connection.address();
    let socket = format!("unix:{}", settings.paths().socket().display());
    // An address may be set that is another server's than the one of this home.
    let is_ours = |server: &HomeServer| {
        address == socket
            || server
                .url
                .as_deref()
                .is_some_and(|url| address.starts_with(url))
    };
    let server = server.filter(is_ours);
    let url = server.as_ref().and_then(|server| server.url.clone());
    Ok(Status {
        is_up,
        address: Some(url.unwrap_or(address)),
        process: server.as_ref().map(|server| server.process),
        version: server.map(|server| server.version),
    })
}
