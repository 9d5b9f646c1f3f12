//! `milliways task-run inspect`.

use anyhow::{Context as _, Result};
use clap::Args;
use milliways_model::{TaskRun, TaskRunId, Timestamp};

use crate::connection::Connection;
use crate::context::Context;
use crate::output::{self, Output, facts, time};

/// Show everything about a task run
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Its id
    id: TaskRunId,

    /// Open its page in the browser
    #[arg(long)]
    web: bool,

    #[command(flatten)]
    output: Output,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let connection = Connection::open(&context.settings()?)?;
    let id = arguments.id;
    if arguments.web {
        return connection.show_page(&format!("/task-runs/{id}"));
    }
    let raw = connection.get(&format!("/task_runs/{id}"))?;
    if arguments.output.is_json() {
        return output::json(&raw);
    }
    let run: TaskRun = serde_json::from_value(raw).context("reading the task run")?;
    let moment = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string());
    let message = run.state.as_ref().and_then(|state| state.message.clone());
    output::print(&facts(&[
        ("name", Some(run.name)),
        ("id", Some(run.id.to_string())),
        ("flow run", run.flow_run_id.map(|id| id.to_string())),
        ("task", Some(run.task_key)),
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
        ("cache key", run.cache_key),
        (
            "tags",
            Some(run.tags.join(", ")).filter(|tags| !tags.is_empty()),
        ),
    ]))
}
