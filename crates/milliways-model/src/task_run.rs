//! Task runs: one call of a task.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::{FlowRunId, StateId, TaskRunId, Uuid};
use crate::json::{Json, JsonObject};
use crate::policy::TaskRunPolicy;
use crate::state::{State, StateCreate, StateType};
use crate::time::Timestamp;

/// A task run as it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskRun {
    /// Its id.
    pub id: TaskRunId,
    /// When the server learnt of it.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// What people see.
    #[serde(default)]
    pub name: String,
    /// The flow run that called it; none for a task called by itself.
    #[serde(default)]
    pub flow_run_id: Option<FlowRunId>,
    /// Names the task's code.
    pub task_key: String,
    /// Tells this call from others of the same task in the flow run.
    pub dynamic_key: String,
    /// The key under which its result is cached.
    #[serde(default)]
    pub cache_key: Option<String>,
    /// Until when.
    #[serde(default)]
    pub cache_expiration: Option<Timestamp>,
    /// The version of the task's code.
    #[serde(default)]
    pub task_version: Option<String>,
    /// Retries.
    #[serde(default)]
    pub empirical_policy: TaskRunPolicy,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Key and value pairs.
    #[serde(default)]
    pub labels: Option<JsonObject>,
    /// Its latest state.
    #[serde(default)]
    pub state_id: Option<StateId>,
    /// Where each parameter's value came from: a map of lists of [`TaskInput`], kept as text.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<TaskInput>>))]
    pub task_inputs: JsonObject,
    /// The type of the latest state.
    #[serde(default)]
    pub state_type: Option<StateType>,
    /// The name of the latest state.
    #[serde(default)]
    pub state_name: Option<String>,
    /// How often it has started.
    #[serde(default)]
    pub run_count: i64,
    /// The flow run's own count at that time.
    #[serde(default)]
    pub flow_run_run_count: i64,
    /// When it should start, or should have.
    #[serde(default)]
    pub expected_start_time: Option<Timestamp>,
    /// When it starts next, while SCHEDULED.
    #[serde(default)]
    pub next_scheduled_start_time: Option<Timestamp>,
    /// When it first started.
    #[serde(default)]
    pub start_time: Option<Timestamp>,
    /// When it ended.
    #[serde(default)]
    pub end_time: Option<Timestamp>,
    /// Seconds spent RUNNING in states that are over.
    #[serde(default)]
    pub total_run_time: f64,
    /// The same with the present state counted in.
    #[serde(default)]
    pub estimated_run_time: f64,
    /// Seconds by which it started, or is, late.
    #[serde(default)]
    pub estimated_start_time_delta: f64,
    /// Its latest state, whole.
    #[serde(default)]
    pub state: Option<State>,
}

impl TaskRun {
    /// A run that belongs to no flow run, and has no state yet.
    pub fn new(id: TaskRunId, name: String, task_key: String, dynamic_key: String) -> Self {
        Self {
            id,
            created: None,
            updated: None,
            name,
            flow_run_id: None,
            task_key,
            dynamic_key,
            cache_key: None,
            cache_expiration: None,
            task_version: None,
            empirical_policy: TaskRunPolicy::default(),
            tags: Vec::new(),
            labels: None,
            state_id: None,
            task_inputs: JsonObject::default(),
            state_type: None,
            state_name: None,
            run_count: 0,
            flow_run_run_count: 0,
            expected_start_time: None,
            next_scheduled_start_time: None,
            start_time: None,
            end_time: None,
            total_run_time: 0.0,
            estimated_run_time: 0.0,
            estimated_start_time_delta: 0.0,
            state: None,
        }
    }
}

/// Where the value of a task's parameter came from. One that does not say which kind it is is known by what it has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "input_type", rename_all = "snake_case", try_from = "AnyInput")]
pub enum TaskInput {
    /// The result of a task run.
    TaskRun {
        /// That task run.
        id: Uuid,
    },
    /// The result of a flow run.
    FlowRun {
        /// That flow run.
        id: Uuid,
    },
    /// A parameter of the flow.
    Parameter {
        /// Its name.
        name: String,
    },
    /// A value of its own.
    Constant {
        /// The type of the value.
        #[serde(rename = "type")]
        kind: String,
    },
}

/// The body that creates a task run, or finds the one of the same flow run, task key and dynamic key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TaskRunCreate {
    /// Made by the server unless given.
    #[serde(default)]
    pub id: Option<TaskRunId>,
    /// Its first state; none where none is given.
    #[serde(default)]
    pub state: Option<StateCreate>,
    /// Two words unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub name: Option<String>,
    /// The flow run that calls it.
    #[serde(default)]
    pub flow_run_id: Option<FlowRunId>,
    /// Names the task's code.
    pub task_key: String,
    /// Tells this call from others of the same task in the flow run.
    pub dynamic_key: String,
    /// The key under which its result is cached.
    #[serde(default)]
    pub cache_key: Option<String>,
    /// Until when.
    #[serde(default)]
    pub cache_expiration: Option<Timestamp>,
    /// The version of the task's code.
    #[serde(default)]
    pub task_version: Option<String>,
    /// Retries.
    #[serde(default)]
    pub empirical_policy: TaskRunPolicy,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Key and value pairs.
    #[serde(default)]
    pub labels: Option<JsonObject>,
    /// Where each parameter's value came from.
    #[serde(default, deserialize_with = "task_inputs")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<TaskInput>>))]
    pub task_inputs: JsonObject,
}

/// A [`TaskInput`] as it may be written: with keys that say nothing, and without its kind.
#[derive(Deserialize)]
struct AnyInput {
    input_type: Option<InputKind>,
    id: Option<Uuid>,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// The kinds of [`TaskInput`].
#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum InputKind {
    TaskRun,
    FlowRun,
    Parameter,
    Constant,
}

impl TryFrom<AnyInput> for TaskInput {
    type Error = &'static str;

    fn try_from(input: AnyInput) -> Result<Self, Self::Error> {
        let may_be = |kind| input.input_type.is_none_or(|told| told == kind);
        match (input.id, input.name, input.kind) {
            (Some(id), _, _) if may_be(InputKind::TaskRun) => Ok(Self::TaskRun { id }),
            (Some(id), _, _) if may_be(InputKind::FlowRun) => Ok(Self::FlowRun { id }),
            (_, Some(name), _) if may_be(InputKind::Parameter) => Ok(Self::Parameter { name }),
            (_, _, Some(kind)) if may_be(InputKind::Constant) => Ok(Self::Constant { kind }),
            _ => Err("an input has no id, name or type that goes with its input_type"),
        }
    }
}

/// Reads inputs, and keeps what they say in the form that all of them have.
fn task_inputs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<JsonObject, D::Error> {
    let inputs = BTreeMap::<String, Vec<TaskInput>>::deserialize(deserializer)?;
    Ok(TaskInput::map(&inputs))
}

/// The body that changes a task run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TaskRunUpdate {
    /// A new name; absent leaves it, null and nothing draw one.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub name: Option<Option<String>>,
}

impl TaskInput {
    /// The map that `task_inputs` is, from parameter names to lists.
    pub fn map(inputs: &BTreeMap<String, Vec<Self>>) -> JsonObject {
        Json::from_value(inputs)
            .and_then(|json| JsonObject::from_text(json.get().to_owned()))
            .unwrap_or_default()
    }
}
