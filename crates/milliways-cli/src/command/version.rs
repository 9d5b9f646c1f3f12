//! `milliways version`: what this is, without looking at anything.

use anyhow::Result;
use clap::Args;
use milliways_model::version::{API_VERSION, PREFECT_VERSION};
use serde::Serialize;

use crate::output::{self, Output};

/// Print the versions of the program and of what it speaks
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Accepted for Prefect's sake: there are no integrations to leave out
    #[arg(long, hide = true)]
    omit_integrations: bool,

    #[command(flatten)]
    output: Output,
}

#[derive(Serialize)]
struct Versions {
    milliways: &'static str,
    api: &'static str,
    prefect: &'static str,
    platform: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let versions = Versions {
        milliways: env!("CARGO_PKG_VERSION"),
        api: API_VERSION,
        prefect: PREFECT_VERSION,
        platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
    };
    if arguments.output.is_json() {
        return output::json(&versions);
    }
    output::print(&format!(
        "milliways  {}\napi        {}\nprefect    {} (compatible with)\nplatform   {}\n",
        versions.milliways, versions.api, versions.prefect, versions.platform
    ))
}
