//! The server's own log: structured lines on standard error, for people or for programs.

use std::io::IsTerminal;

use milliways_settings::{LogFormat, LogLevel};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// Turns the log on for this process. `auto` is text on a terminal and JSON elsewhere. A second call, or
/// another subscriber in the process, leaves things as they are.
pub fn init(format: LogFormat, level: LogLevel) {
    let is_text = match format.as_str() {
        "text" => true,
        "json" => false,
        _ => std::io::stderr().is_terminal(),
    };
    let level = match level.as_str() {
        "DEBUG" => "debug",
        "INFO" => "info",
        "ERROR" | "CRITICAL" => "error",
        _ => "warn",
    };
    // Libraries only have a say where something is wrong.
    let filter = EnvFilter::new(format!(
        "warn,milliways={level},milliways_server={level},milliways_storage={level},milliways_services={level},milliways_worker={level}"
    ));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let result = if is_text {
        builder
            .with_ansi(std::io::stderr().is_terminal())
            .finish()
            .try_init()
    } else {
        builder.json().flatten_event(true).finish().try_init()
    };
    if let Err(error) = result {
        tracing::debug!(%error, "the log is on already");
    }
}
