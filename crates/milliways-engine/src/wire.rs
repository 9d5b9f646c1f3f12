//! The JSON of journal records, as short as the server understands it: what has its default is left out.
//!
//! The shapes are those of `milliways_model::journal`, which a test reads every record back with. They are written
//! from borrowed facts, because copying each of them into the model first would cost more than writing it.

use std::sync::Arc;

use milliways_model::log::LogCreate;
use milliways_model::policy::{FlowRunPolicy, TaskRunPolicy};
use milliways_model::{FlowRunId, StateDetails, StateId, StateType, TaskRunId, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::RecordedState;
use crate::coalesce::Record;
use crate::fact::{FlowRunMade, LogLine, TaskRunMade};

/// Appends a record as a line. Gives how many bytes it took.
///
/// A record that can't be written is left out: none can, because text is UTF-8 and JSON was checked when it came in.
pub(crate) fn write_line(record: &Record, out: &mut Vec<u8>) -> usize {
    let start = out.len();
    if serde_json::to_writer(&mut *out, &Wire::of(record)).is_err() {
        out.truncate(start);
        return 0;
    }
    out.push(b'\n');
    out.len() - start
}

/// The same line for a log outside of any run: the log alone.
pub(crate) fn write_loose_log(line: &LogLine, out: &mut Vec<u8>) -> usize {
    let start = out.len();
    if serde_json::to_writer(&mut *out, &Log::of(line)).is_err() {
        out.truncate(start);
        return 0;
    }
    out.push(b'\n');
    out.len() - start
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Wire<'a> {
    FlowRun(FlowRun<'a>),
    FlowRunStates(Vec<State<'a>>),
    FlowRunName(&'a str),
    TaskRun(TaskRun<'a>),
    TaskRunStates {
        id: TaskRunId,
        states: Vec<State<'a>>,
    },
    TaskRunName {
        id: TaskRunId,
        name: &'a str,
    },
    Log(Log<'a>),
    Event(Option<&'a RawValue>),
}

impl<'a> Wire<'a> {
    fn of(record: &'a Record) -> Self {
        match record {
            Record::FlowRun(made, states) => Self::FlowRun(FlowRun::of(made, states)),
            Record::FlowRunStates(states) => Self::FlowRunStates(all(states)),
            Record::FlowRunName(name) => Self::FlowRunName(name),
            Record::TaskRun {
                made,
                name,
                inputs,
                states,
            } => Self::TaskRun(TaskRun::of(made, name.as_ref(), inputs.as_deref(), states)),
            Record::TaskRunStates(id, states) => Self::TaskRunStates {
                id: *id,
                states: all(states),
            },
            Record::TaskRunName(id, name) => Self::TaskRunName { id: *id, name },
            Record::Log(line) => Self::Log(Log::of(line)),
            Record::Event(event) => Self::Event(raw(event)),
        }
    }
}

#[derive(Serialize)]
struct State<'a> {
    id: StateId,
    #[serde(rename = "type")]
    kind: StateType,
    name: &'a str,
    timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(rename = "state_details", skip_serializing_if = "Option::is_none")]
    details: Option<&'a StateDetails>,
}

impl<'a> State<'a> {
    fn of(state: &'a RecordedState) -> Self {
        Self {
            id: state.id,
            kind: state.kind,
            name: &state.name,
            timestamp: state.timestamp,
            message: state.message.as_deref(),
            data: state.data.as_deref().and_then(raw),
            details: state.details.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct FlowRun<'a> {
    id: FlowRunId,
    flow_name: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    empirical_policy: Option<FlowRunPolicy>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    tags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_task_run_id: Option<TaskRunId>,
    states: Vec<State<'a>>,
}

impl<'a> FlowRun<'a> {
    fn of(made: &'a FlowRunMade, states: &'a [RecordedState]) -> Self {
        let retry = &made.definition.retry;
        Self {
            id: made.id,
            flow_name: &made.definition.name,
            name: &made.name,
            flow_version: made.definition.version.as_deref(),
            parameters: made.parameters.as_deref().and_then(raw),
            empirical_policy: (retry.retries > 0).then(|| retry.of_flow_run()),
            tags: &made.tags,
            labels: made.labels.as_deref().and_then(raw),
            parent_task_run_id: made.parent_task_run,
            states: all(states),
        }
    }
}

#[derive(Serialize)]
struct TaskRun<'a> {
    id: TaskRunId,
    name: Arc<str>,
    task_key: &'a str,
    dynamic_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    empirical_policy: Option<TaskRunPolicy>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_inputs: Option<&'a RawValue>,
    flow_run_run_count: u32,
    states: Vec<State<'a>>,
}

impl<'a> TaskRun<'a> {
    fn of(
        made: &'a TaskRunMade,
        name: Option<&Arc<str>>,
        inputs: Option<&'a str>,
        states: &'a [RecordedState],
    ) -> Self {
        let definition = &made.definition;
        let tags = definition.tags.iter().chain(&made.tags).map(String::as_str);
        Self {
            id: made.id,
            name: name.cloned().unwrap_or_else(|| made.name()),
            task_key: &definition.task_key,
            dynamic_key: made.dynamic_key(),
            task_version: definition.version.as_deref(),
            empirical_policy: (definition.retry.retries > 0)
                .then(|| definition.retry.of_task_run()),
            tags: tags.collect(),
            task_inputs: inputs.or(made.inputs.as_deref()).and_then(raw),
            flow_run_run_count: made.flow_run_run_count,
            states: all(states),
        }
    }
}

#[derive(Serialize)]
struct Log<'a> {
    name: &'a str,
    level: i32,
    message: &'a str,
    timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    flow_run_id: Option<FlowRunId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_run_id: Option<TaskRunId>,
}

impl<'a> Log<'a> {
    fn of(line: &'a LogLine) -> Self {
        Self {
            name: &line.logger,
            level: line.level,
            message: &line.message,
            timestamp: line.timestamp,
            flow_run_id: line.flow_run,
            task_run_id: line.task_run,
        }
    }
}

fn all(states: &[RecordedState]) -> Vec<State<'_>> {
    states.iter().map(State::of).collect()
}

/// Text that was checked to be JSON when it came in.
fn raw(text: &str) -> Option<&RawValue> {
    serde_json::from_str(text).ok()
}

/// Keeps the shape of a log line in step with the model's.
const _: fn(LogCreate) = |log| {
    let LogCreate {
        name: _,
        level: _,
        message: _,
        timestamp: _,
        flow_run_id: _,
        task_run_id: _,
        worker_id: _,
    } = log;
};

#[cfg(test)]
mod tests;
