//! States of runs: the nine types, their names, their details.

use serde::{Deserialize, Serialize};

use crate::ids::{FlowRunId, LeaseId, StateId, TaskRunId, Uuid};
use crate::json::{Json, JsonObject};
use crate::time::Timestamp;

/// The nine types of states. Rules look at the type; names are for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum StateType {
    /// Will start at a known time.
    Scheduled,
    /// Handed to infrastructure, not started.
    Pending,
    /// User code is running.
    Running,
    /// Ended well.
    Completed,
    /// Ended with an error of user code.
    Failed,
    /// Ended because somebody wanted it so.
    Cancelled,
    /// Ended by its infrastructure.
    Crashed,
    /// Waits for somebody to resume it.
    Paused,
    /// Asked to end.
    Cancelling,
}

impl StateType {
    /// All nine, in the order of Prefect's enumeration.
    pub const ALL: [Self; 9] = [
        Self::Scheduled,
        Self::Pending,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Crashed,
        Self::Paused,
        Self::Cancelling,
    ];

    /// Whether a run in such a state has ended.
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Failed | Self::Cancelled | Self::Crashed
        )
    }

    /// The spelling on the wire, such as `COMPLETED`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDULED",
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::Crashed => "CRASHED",
            Self::Paused => "PAUSED",
            Self::Cancelling => "CANCELLING",
        }
    }

    /// The name of a state of this type that was given none, such as `Completed`.
    pub const fn default_name(self) -> &'static str {
        match self {
            Self::Scheduled => "Scheduled",
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Crashed => "Crashed",
            Self::Paused => "Paused",
            Self::Cancelling => "Cancelling",
        }
    }

    /// Reads the spelling on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl From<StateType> for String {
    fn from(kind: StateType) -> Self {
        kind.as_str().to_owned()
    }
}

/// A state that a run is or was in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct State {
    /// Made by the server, or by the client that reports the state.
    pub id: StateId,
    /// One of the nine types.
    #[serde(rename = "type")]
    pub kind: StateType,
    /// What people see; the type's own name where none is given.
    pub name: String,
    /// When the run entered the state.
    pub timestamp: Timestamp,
    /// Why, for people.
    #[serde(default)]
    pub message: Option<String>,
    /// Where the result is to be found; opaque to the server.
    #[serde(default)]
    pub data: Option<Json>,
    /// Facts that rules and clients attach.
    #[serde(default)]
    pub state_details: StateDetails,
}

impl State {
    /// A state of a type with its default name, no message and no data.
    pub fn new(id: StateId, kind: StateType, timestamp: Timestamp) -> Self {
        Self {
            id,
            kind,
            name: kind.default_name().to_owned(),
            timestamp,
            message: None,
            data: None,
            state_details: StateDetails::default(),
        }
    }

    /// Whether a result is stored behind it: data that is an object of another type than `unpersisted`.
    pub fn has_persisted_data(&self) -> bool {
        let Some(data) = &self.data else { return false };
        data.get().starts_with('{')
            && data.to_value().get("type").and_then(|kind| kind.as_str()) != Some("unpersisted")
    }
}

/// A state that a client proposes: the server gives it an id and its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StateCreate {
    /// One of the nine types.
    #[serde(rename = "type")]
    pub kind: StateType,
    /// Default: the type's own name.
    #[serde(default)]
    pub name: Option<String>,
    /// Why, for people.
    #[serde(default)]
    pub message: Option<String>,
    /// Opaque to the server.
    #[serde(default)]
    pub data: Option<Json>,
    /// Facts that clients attach.
    #[serde(default)]
    pub state_details: StateDetails,
}

impl StateCreate {
    /// A proposal of a type with nothing else.
    pub fn new(kind: StateType) -> Self {
        Self {
            kind,
            name: None,
            message: None,
            data: None,
            state_details: StateDetails::default(),
        }
    }

    /// The state it becomes when the server receives it. SCHEDULED without a time is due now.
    pub fn into_state(self, id: StateId, now: Timestamp) -> State {
        let mut state = State {
            id,
            kind: self.kind,
            name: self
                .name
                .unwrap_or_else(|| self.kind.default_name().to_owned()),
            timestamp: now,
            message: self.message,
            data: self.data.filter(|data| !data.is_null()),
            state_details: self.state_details,
        };
        if state.kind == StateType::Scheduled && state.state_details.scheduled_time.is_none() {
            state.state_details.scheduled_time = Some(now);
        }
        state
    }
}

/// What a state carries beside its type. Keys that are not listed are ignored, as Prefect does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct StateDetails {
    /// The flow run that it belongs to.
    pub flow_run_id: Option<FlowRunId>,
    /// The task run that it belongs to, or that stands for the flow run in its parent.
    pub task_run_id: Option<TaskRunId>,
    /// The subflow run that a parent's task run stands for.
    pub child_flow_run_id: Option<FlowRunId>,
    /// When a SCHEDULED run is due.
    pub scheduled_time: Option<Timestamp>,
    /// The key under which the result is cached.
    pub cache_key: Option<String>,
    /// Until when.
    pub cache_expiration: Option<Timestamp>,
    /// Whether the task run waits for a task worker.
    pub deferred: Option<bool>,
    /// Whether the result can't be followed to the tasks that use it.
    pub untrackable_result: bool,
    /// Until when a PAUSED run waits.
    pub pause_timeout: Option<Timestamp>,
    /// Whether a PAUSED run gives up its process and is scheduled again.
    pub pause_reschedule: bool,
    /// Names a pause, so that it fires once.
    pub pause_key: Option<String>,
    /// The keys under which a pause's input is stored.
    pub run_input_keyset: Option<JsonObject>,
    /// Whether a cached result must not be used.
    pub refresh_cache: Option<bool>,
    /// Whether a failure may be retried; true where unset.
    pub retriable: Option<bool>,
    /// Names a transition, so that proposing it twice has one effect.
    pub transition_id: Option<Uuid>,
    /// Where the parameters of a background task are stored.
    pub task_parameters_id: Option<Uuid>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// The lease that holds the deployment's concurrency slot.
    pub deployment_concurrency_lease_id: Option<LeaseId>,
}

impl Default for StateDetails {
    fn default() -> Self {
        Self {
            flow_run_id: None,
            task_run_id: None,
            child_flow_run_id: None,
            scheduled_time: None,
            cache_key: None,
            cache_expiration: None,
            // Where it is not given it is false on the wire; null is another value.
            deferred: Some(false),
            untrackable_result: false,
            pause_timeout: None,
            pause_reschedule: false,
            pause_key: None,
            run_input_keyset: None,
            refresh_cache: None,
            retriable: None,
            transition_id: None,
            task_parameters_id: None,
            traceparent: None,
            deployment_concurrency_lease_id: None,
        }
    }
}
