//! `milliways task-run ls`.

use anyhow::Result;
use clap::Args;
use milliways_model::{FlowRunId, TaskRun, Timestamp};
use serde_json::{Value, json};

use crate::command::run_filter::RunFilter;
use crate::connection::Connection;
use crate::context::Context;
use crate::output::{Output, Table, time};

/// List task runs, latest first
#[derive(Debug, Args)]
#[command(visible_alias = "list")]
pub(crate) struct Arguments {
    /// Only task runs of this name; may be repeated
    #[arg(long, value_name = "NAME")]
    task_run_name: Vec<String>,

    /// Only task runs of this flow run
    #[arg(long, value_name = "ID")]
    flow_run: Option<FlowRunId>,

    #[command(flatten)]
    filter: RunFilter,

    #[command(flatten)]
    output: Output,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let mut criteria = arguments.filter.criteria()?;
    if !arguments.task_run_name.is_empty() {
        criteria.insert("name".to_owned(), json!({"any_": arguments.task_run_name}));
    }
    if let Some(id) = arguments.flow_run {
        criteria.insert("flow_run_id".to_owned(), json!({"any_": [id]}));
    }
    let body = json!({"sort": "EXPECTED_START_TIME_DESC", "task_runs": Value::Object(criteria)});
    let connection = Connection::open(&context.settings()?)?;
    let runs = connection.page("/task_runs/filter", body, arguments.filter.limit)?;
    let typed = runs.read()?;
    arguments
        .output
        .show(&runs.raw, || table(&typed, Context::now()))
}

fn table(runs: &[TaskRun], now: Timestamp) -> Table {
    let mut table = Table::new(["ID", "NAME", "STATE", "WHEN", "TOOK"]);
    for run in runs {
        let when = run.start_time.or(run.expected_start_time);
        let took = run
            .start_time
            .map(|_| time::duration(run.estimated_run_time));
        table.row([
            run.id.to_string(),
            run.name.clone(),
            run.state_name.clone().unwrap_or_else(|| "-".to_owned()),
            when.map(|when| time::relative(when, now))
                .unwrap_or_default(),
            took.unwrap_or_default(),
        ]);
    }
    table
}
