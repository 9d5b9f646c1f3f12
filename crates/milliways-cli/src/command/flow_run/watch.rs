//! `milliways flow-run watch`: a run's states as they come, until it ends.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use milliways_model::{FlowRun, FlowRunId, State, StateType};
use serde_json::json;

use super::find::find;
use crate::connection::Connection;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Progress, time};

/// How often the run is looked at. Short beside what a person notices, long beside what a look costs.
const INTERVAL: Duration = Duration::from_millis(250);

/// Show a flow run's states as they come, until it ends; the exit code is 1 unless it completed
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Its id or name
    #[arg(value_name = "RUN")]
    run: String,

    /// Stop watching after so many seconds
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let connection = Connection::open(&context.settings()?)?;
    let id = find(&connection, &arguments.run)?;
    let start = Instant::now();
    let mut progress = Progress::new();
    let mut shown = 0;
    loop {
        let run: FlowRun = read(&connection, &format!("/flow_runs/{id}"))?;
        let states: Vec<State> = read(&connection, &format!("/flow_run_states/?flow_run_id={id}"))?;
        progress.clear();
        for state in states.iter().skip(shown) {
            output::line(line(state))?;
        }
        shown = states.len();
        if let Some(kind) = run.state_type.filter(|kind| kind.is_terminal()) {
            return ending(&run, kind);
        }
        if arguments
            .timeout
            .is_some_and(|limit| start.elapsed().as_secs() >= limit)
        {
            return Err(Failure::new(format!("flow run {id} has not ended in time")).into());
        }
        progress.show(&format!(
            "{}, {}",
            time::duration(run.estimated_run_time),
            tasks(&connection, id)?
        ));
        thread::sleep(INTERVAL);
    }
}

fn read<T: serde::de::DeserializeOwned>(connection: &Connection, path: &str) -> Result<T> {
    serde_json::from_value(connection.get(path)?).with_context(|| format!("reading {path}"))
}

fn line(state: &State) -> String {
    let message = state
        .message
        .as_deref()
        .map(|text| format!("  {text}"))
        .unwrap_or_default();
    format!("{}  {}{message}", state.timestamp, state.name)
}

/// How many tasks have ended, of how many.
fn tasks(connection: &Connection, id: FlowRunId) -> Result<String> {
    let count = |criteria: serde_json::Value| -> Result<u64> {
        let mut task_runs = criteria;
        task_runs["flow_run_id"] = json!({"any_": [id]});
        let answer = connection.query("/task_runs/count", &json!({"task_runs": task_runs}))?;
        answer.as_u64().context("the server counted no number")
    };
    let ended: Vec<StateType> = StateType::ALL
        .into_iter()
        .filter(|kind| kind.is_terminal())
        .collect();
    let ended = count(json!({"state": {"type": {"any_": ended}}}))?;
    Ok(format!("{ended} of {} tasks", count(json!({}))?))
}

fn ending(run: &FlowRun, kind: StateType) -> Result<()> {
    let took = time::duration(run.total_run_time);
    let state = run.state_name.as_deref().unwrap_or(kind.default_name());
    if kind == StateType::Completed {
        return output::line(format!("flow run {}: {state} after {took}", run.name));
    }
    Err(
        Failure::new(format!("flow run {}: {state} after {took}", run.name))
            .hint(format!(
                "`milliways flow-run logs {}` shows what happened",
                run.id
            ))
            .into(),
    )
}
