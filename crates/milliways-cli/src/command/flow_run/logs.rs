//! `milliways flow-run logs`.

use anyhow::Result;
use clap::Args;
use milliways_model::{FlowRun, StateType};
use serde_json::json;

use super::find::find;
use crate::command::logs::Lines;
use crate::connection::Connection;
use crate::context::Context;

/// Print what a flow run logged, with its tasks
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Its id or name
    #[arg(value_name = "RUN")]
    run: String,

    #[command(flatten)]
    lines: Lines,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let connection = Connection::open(&context.settings()?)?;
    let id = find(&connection, &arguments.run)?;
    arguments
        .lines
        .show(&connection, &json!({"flow_run_id": {"any_": [id]}}), || {
            let run: FlowRun =
                serde_json::from_value(connection.get(&format!("/flow_runs/{id}"))?)?;
            Ok(run.state_type.is_some_and(StateType::is_terminal))
        })
}
