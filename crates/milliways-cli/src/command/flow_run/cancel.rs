//! `milliways flow-run cancel`.

use anyhow::{Context as _, Result};
use clap::Args;
use milliways_model::{OrchestrationResult, SetStateStatus};
use serde_json::json;

use super::find::find;
use crate::connection::Connection;
use crate::context::Context;
use crate::failure::Failure;
use crate::output;

/// Ask a flow run to end
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Its id or name
    #[arg(value_name = "RUN")]
    run: String,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let connection = Connection::open(&context.settings()?)?;
    let id = find(&connection, &arguments.run)?;
    let body = json!({"state": {"type": "CANCELLING", "name": "Cancelling"}});
    let answer = connection.post(&format!("/flow_runs/{id}/set_state"), &body)?;
    let result: OrchestrationResult =
        serde_json::from_value(answer).context("reading the answer")?;
    let state = result
        .state
        .as_ref()
        .map_or("unknown", |state| state.name.as_str());
    match result.status {
        SetStateStatus::Accept => output::line(format!("flow run {id}: {state}")),
        _ => Err(Failure::new(format!("flow run {id} cannot be cancelled: it is {state}")).into()),
    }
}
