//! `milliways flow-run ls`.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use clap::Args;
use milliways_model::{Flow, FlowId, FlowRun, Timestamp};
use serde_json::{Value, json};

use crate::command::run_filter::RunFilter;
use crate::connection::Connection;
use crate::context::Context;
use crate::output::{Output, Table, time};

/// List flow runs, latest first
#[derive(Debug, Args)]
#[command(visible_alias = "list")]
pub(crate) struct Arguments {
    /// Only runs of the flow of this name; may be repeated
    #[arg(long, value_name = "NAME")]
    flow_name: Vec<String>,

    #[command(flatten)]
    filter: RunFilter,

    #[command(flatten)]
    output: Output,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let mut body = json!({
        "sort": "EXPECTED_START_TIME_DESC",
        "flow_runs": Value::Object(arguments.filter.criteria()?),
    });
    if !arguments.flow_name.is_empty() {
        body["flows"] = json!({"name": {"any_": arguments.flow_name}});
    }
    let connection = Connection::open(&context.settings()?)?;
    let runs = connection.page("/flow_runs/filter", body, arguments.filter.limit)?;
    if arguments.output.is_json() {
        return crate::output::json(&runs.raw);
    }
    let runs: Vec<FlowRun> = runs.read()?;
    let names = flow_names(&connection, &runs)?;
    crate::output::print(&table(&runs, &names, Context::now()).to_string())
}

fn flow_names(connection: &Connection, runs: &[FlowRun]) -> Result<HashMap<FlowId, String>> {
    let ids: BTreeSet<String> = runs.iter().map(|run| run.flow_id.to_string()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let count = ids.len();
    let flows = connection.page(
        "/flows/filter",
        json!({"flows": {"id": {"any_": ids}}}),
        count,
    )?;
    Ok(flows
        .read::<Flow>()?
        .into_iter()
        .map(|flow| (flow.id, flow.name))
        .collect())
}

fn table(runs: &[FlowRun], flows: &HashMap<FlowId, String>, now: Timestamp) -> Table {
    let mut table = Table::new(["ID", "FLOW", "NAME", "STATE", "WHEN", "TOOK"]);
    for run in runs {
        let when = run.start_time.or(run.expected_start_time);
        let took = run
            .start_time
            .map(|_| time::duration(run.estimated_run_time));
        table.row([
            run.id.to_string(),
            flows.get(&run.flow_id).cloned().unwrap_or_default(),
            run.name.clone(),
            run.state_name.clone().unwrap_or_else(|| "-".to_owned()),
            when.map(|when| time::relative(when, now))
                .unwrap_or_default(),
            took.unwrap_or_default(),
        ]);
    }
    table
}
