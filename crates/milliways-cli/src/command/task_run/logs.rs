//! `milliways task-run logs`.

use anyhow::Result;
use clap::Args;
use milliways_model::{StateType, TaskRun, TaskRunId};
use serde_json::json;

use crate::command::logs::Lines;
use crate::connection::Connection;
use crate::context::Context;

/// Print what a task run logged
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Its id
    id: TaskRunId,

    #[command(flatten)]
    lines: Lines,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let connection = Connection::open(&context.settings()?)?;
    let id = arguments.id;
    arguments
        .lines
        .show(&connection, &json!({"task_run_id": {"any_": [id]}}), || {
            let run: TaskRun =
                serde_json::from_value(connection.get(&format!("/task_runs/{id}"))?)?;
            Ok(run.state_type.is_some_and(StateType::is_terminal))
        })
}
