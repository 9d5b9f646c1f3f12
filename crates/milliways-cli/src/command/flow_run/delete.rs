//! `milliways flow-run delete`.

use anyhow::Result;
use clap::Args;

use super::find::find;
use crate::connection::Connection;
use crate::context::Context;
use crate::output;

/// Delete flow runs with their tasks, states and logs
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Their ids or names
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<String>,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let connection = Connection::open(&settings)?;
    // Each run is looked up before any is deleted.
    let ids = arguments
        .runs
        .iter()
        .map(|run| find(&connection, run))
        .collect::<Result<Vec<_>>>()?;
    let deed = format!("delete {}", arguments.runs.join(", "));
    context.confirm(&settings, &deed, arguments.yes)?;
    for id in ids {
        connection.delete(&format!("/flow_runs/{id}"))?;
        output::line(format!("flow run {id} deleted"))?;
    }
    Ok(())
}
