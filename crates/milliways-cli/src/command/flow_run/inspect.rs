//! `milliways flow-run inspect`.

use anyhow::{Context as _, Result};
use clap::Args;
use milliways_model::FlowRun;

use super::find::find;
use crate::connection::Connection;
use crate::context::Context;
use crate::output::{self, Output, facts, time};

/// Show everything about a flow run
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Its id or name
    #[arg(value_name = "RUN")]
    run: String,

    /// Open its page in the browser
    #[arg(long)]
    web: bool,

    #[command(flatten)]
    output: Output,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let connection = Connection::open(&context.settings()?)?;
    let id = find(&connection, &arguments.run)?;
    if arguments.web {
        return connection.show_page(&format!("/runs/{id}"));
    }
    let raw = connection.get(&format!("/flow_runs/{id}"))?;
    if arguments.output.is_json() {
        return output::json(&raw);
    }
    let run: FlowRun = serde_json::from_value(raw).context("reading the flow run")?;
    let moment =
        |moment: Option<milliways_model::Timestamp>| moment.map(|moment| moment.to_string());
    let message = run.state.as_ref().and_then(|state| state.message.clone());
    output::print(&facts(&[
        ("name", Some(run.name)),
        ("id", Some(run.id.to_string())),
        ("flow", Some(run.flow_id.to_string())),
        ("state", run.state_name),
        ("message", message),
        ("expected", moment(run.expected_start_time)),
        ("started", moment(run.start_time)),
        ("ended", moment(run.end_time)),
        (
            "took",
            run.start_time
                .map(|_| time::duration(run.estimated_run_time)),
        ),
        ("attempts", Some(run.run_count.to_string())),
        ("deployment", run.deployment_id.map(|id| id.to_string())),
        (
            "parent task",
            run.parent_task_run_id.map(|id| id.to_string()),
        ),
        (
            "tags",
            Some(run.tags.join(", ")).filter(|tags| !tags.is_empty()),
        ),
        ("parameters", Some(serde_json::to_string(&run.parameters)?)),
    ]))
}
