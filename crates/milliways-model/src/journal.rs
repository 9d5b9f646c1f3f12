//! The journal of an attempt: everything that happened to a run, in order, told once.
//!
//! The process that runs a flow numbers its records from 1 and sends them in batches. The server applies
//! a batch in one transaction and answers with the last number it holds, so that a batch sent again has no
//! second effect and one that would leave a gap is refused. A batch without records renews the lease.

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::ids::{DeploymentId, FlowRunId, StateId, TaskRunId};
use crate::json::JsonObject;
use crate::log::LogCreate;
use crate::policy::{FlowRunPolicy, TaskRunPolicy};
use crate::state::{State, StateCreate};

/// The body of `POST /flow_runs/{id}/journal`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JournalBatch {
    /// The attempt; the first one is 1. An older one than the run's is refused with 409 `stale_attempt`.
    pub epoch: i64,
    /// The number of the first record, from 1.
    pub first_seq: i64,
    /// At most 5,000.
    #[serde(default)]
    pub records: Vec<JournalRecord>,
}

/// The answer: what need not be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JournalAck {
    /// The number of the last record that is stored; 0 where none is.
    pub acked_seq: i64,
    /// Somebody has asked for the run's end: it is Cancelling or Cancelled, and who runs it has to end it. Left out
    /// where it is false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancel: bool,
}

/// The body of `POST /flow_runs/{id}/attempts`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AttemptCreate {
    /// Proposed as by `set_state`; the run is claimed only where it is accepted. Without one the run stays in its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<StateCreate>,
    /// The run is claimed only where this is its state still; null: in any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<StateId>,
}

/// The answer to `POST /flow_runs/{id}/attempts`: the run is the caller's, until somebody else claims it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JournalClaim {
    /// The epoch of the caller's journal, which begins with record 1.
    pub epoch: i64,
}

/// One thing that happened. On the wire an object with one key, the kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JournalRecord {
    /// The flow run as the client made it. Creates it where it does not exist.
    FlowRun(Box<JournalFlowRun>),
    /// States of the flow run, oldest first.
    FlowRunStates(Vec<State>),
    /// The flow run's new name.
    FlowRunName(String),
    /// A task run as the client made it, with the states that it has been in so far.
    TaskRun(Box<JournalTaskRun>),
    /// States of a task run that an earlier record told of, oldest first.
    TaskRunStates(TaskRunStates),
    /// A task run's new name.
    TaskRunName(TaskRunName),
    /// A log line.
    Log(LogCreate),
    /// An event.
    Event(Box<Event>),
}

/// A flow run that a client made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JournalFlowRun {
    /// The same as in the path.
    pub id: FlowRunId,
    /// The flow, found or made by its name.
    pub flow_name: String,
    /// The run's name.
    pub name: String,
    /// The version of the flow's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow_version: Option<String>,
    /// What the flow is called with.
    #[serde(default)]
    pub parameters: JsonObject,
    /// Retries.
    #[serde(default)]
    pub empirical_policy: FlowRunPolicy,
    /// For finding it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Key and value pairs.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub labels: JsonObject,
    /// The task run in the parent flow that stands for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_task_run_id: Option<TaskRunId>,
    /// The deployment that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<DeploymentId>,
    /// The states that it has been in so far, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<State>,
}

/// A task run that a client made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JournalTaskRun {
    /// Its id.
    pub id: TaskRunId,
    /// What people see.
    pub name: String,
    /// Names the task's code.
    pub task_key: String,
    /// Tells this call from others of the same task in the flow run.
    pub dynamic_key: String,
    /// The version of the task's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_version: Option<String>,
    /// The key under which its result is cached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_key: Option<String>,
    /// Retries.
    #[serde(default)]
    pub empirical_policy: TaskRunPolicy,
    /// For finding it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where each parameter's value came from.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    pub task_inputs: JsonObject,
    /// The flow run's own count of starts at that time.
    #[serde(default)]
    pub flow_run_run_count: i64,
    /// The states that it has been in so far, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<State>,
}

/// States of a task run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskRunStates {
    /// The task run.
    pub id: TaskRunId,
    /// Oldest first.
    pub states: Vec<State>,
}

/// A task run's new name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskRunName {
    /// The task run.
    pub id: TaskRunId,
    /// Its new name.
    pub name: String,
}
