//! Flow runs: one call of a flow.

use serde::{Deserialize, Serialize};

use crate::deployment::Given;
use crate::ids::{
    BlockDocumentId, DeploymentId, FlowId, FlowRunId, StateId, TaskRunId, Uuid, WorkPoolId,
    WorkQueueId,
};
use crate::json::JsonObject;
use crate::policy::FlowRunPolicy;
use crate::state::{State, StateCreate, StateType};
use crate::time::Timestamp;

/// A flow run as it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = FlowRunResponse))]
pub struct FlowRun {
    /// Its id.
    pub id: FlowRunId,
    /// When the server learnt of it.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Two words unless it was given one.
    pub name: String,
    /// The flow that it runs.
    pub flow_id: FlowId,
    /// Its latest state.
    #[serde(default)]
    pub state_id: Option<StateId>,
    /// The deployment that it runs.
    #[serde(default)]
    pub deployment_id: Option<DeploymentId>,
    /// The deployment's version at that time.
    #[serde(default)]
    pub deployment_version: Option<String>,
    /// The queue that it waits in.
    #[serde(default)]
    pub work_queue_id: Option<WorkQueueId>,
    /// That queue's name.
    #[serde(default)]
    pub work_queue_name: Option<String>,
    /// The version of the flow's code.
    #[serde(default)]
    pub flow_version: Option<String>,
    /// What the flow is called with.
    #[serde(default)]
    pub parameters: JsonObject,
    /// Creating a run of the flow with the same key again gives this one.
    #[serde(default)]
    pub idempotency_key: Option<String>,
    /// What the client adds.
    #[serde(default)]
    pub context: JsonObject,
    /// Retries and pauses.
    #[serde(default)]
    pub empirical_policy: FlowRunPolicy,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Key and value pairs.
    #[serde(default)]
    pub labels: JsonObject,
    /// The task run in the parent flow that stands for this run.
    #[serde(default)]
    pub parent_task_run_id: Option<TaskRunId>,
    /// The type of the latest state.
    #[serde(default)]
    pub state_type: Option<StateType>,
    /// The name of the latest state.
    #[serde(default)]
    pub state_name: Option<String>,
    /// How often it has started.
    #[serde(default)]
    pub run_count: i64,
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
    /// Whether a schedule made it.
    #[serde(default)]
    pub auto_scheduled: bool,
    /// Kept for old clients.
    #[serde(default)]
    pub infrastructure_document_id: Option<BlockDocumentId>,
    /// What its infrastructure is known by, such as a process id.
    #[serde(default)]
    pub infrastructure_pid: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub created_by: Option<CreatedBy>,
    /// The pool of its queue.
    #[serde(default)]
    pub work_pool_id: Option<WorkPoolId>,
    /// That pool's name.
    #[serde(default)]
    pub work_pool_name: Option<String>,
    /// Its latest state, whole.
    #[serde(default)]
    pub state: Option<State>,
    /// What overrides the pool's job template.
    #[serde(default)]
    pub job_variables: Option<JsonObject>,
}

impl FlowRun {
    /// A run that belongs to a flow and to nothing else, and has no state yet.
    pub fn new(id: FlowRunId, name: String, flow_id: FlowId) -> Self {
        Self {
            id,
            created: None,
            updated: None,
            name,
            flow_id,
            state_id: None,
            deployment_id: None,
            deployment_version: None,
            work_queue_id: None,
            work_queue_name: None,
            flow_version: None,
            parameters: JsonObject::default(),
            idempotency_key: None,
            context: JsonObject::default(),
            empirical_policy: FlowRunPolicy::default(),
            tags: Vec::new(),
            labels: JsonObject::default(),
            parent_task_run_id: None,
            state_type: None,
            state_name: None,
            run_count: 0,
            expected_start_time: None,
            next_scheduled_start_time: None,
            start_time: None,
            end_time: None,
            total_run_time: 0.0,
            estimated_run_time: 0.0,
            estimated_start_time_delta: 0.0,
            auto_scheduled: false,
            infrastructure_document_id: None,
            infrastructure_pid: None,
            created_by: None,
            work_pool_id: None,
            work_pool_name: None,
            state: None,
            job_variables: None,
        }
    }
}

/// Who made an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct CreatedBy {
    /// The maker's id.
    pub id: Option<Uuid>,
    /// `SCHEDULE`, `AUTOMATION`, …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The maker's name.
    pub display_value: Option<String>,
}

/// The body that creates a flow run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowRunCreate {
    /// Its first state; PENDING where none is given.
    #[serde(default)]
    pub state: Option<StateCreate>,
    /// Two words unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub name: Option<String>,
    /// The flow that it runs.
    pub flow_id: FlowId,
    /// The version of the flow's code.
    #[serde(default)]
    pub flow_version: Option<String>,
    /// What the flow is called with.
    #[serde(default)]
    pub parameters: JsonObject,
    /// What the client adds.
    #[serde(default)]
    pub context: JsonObject,
    /// The task run in the parent flow that stands for it.
    #[serde(default)]
    pub parent_task_run_id: Option<TaskRunId>,
    /// Kept for old clients.
    #[serde(default)]
    pub infrastructure_document_id: Option<BlockDocumentId>,
    /// Retries.
    #[serde(default)]
    pub empirical_policy: FlowRunPolicy,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Key and value pairs.
    #[serde(default)]
    pub labels: Option<JsonObject>,
    /// Creating a run of the flow with the same key again gives the first one.
    #[serde(default)]
    pub idempotency_key: Option<String>,
    /// The pool to run in.
    #[serde(default)]
    pub work_pool_name: Option<String>,
    /// The queue to wait in.
    #[serde(default)]
    pub work_queue_name: Option<String>,
    /// What overrides the pool's job template.
    #[serde(default)]
    pub job_variables: Option<JsonObject>,
    /// The deployment that it runs.
    #[serde(default)]
    pub deployment_id: Option<DeploymentId>,
}

/// The body that changes a flow run. Absent keys leave the run as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FlowRunUpdate {
    /// A new name; null and an empty one stand for two words that the server draws.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub name: Given<String>,
    /// The version of the flow's code.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub flow_version: Given<String>,
    /// Replaces the parameters.
    #[serde(
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = JsonObject, required = false))]
    pub parameters: Option<JsonObject>,
    /// Replaces the policy.
    #[serde(
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = FlowRunPolicy, required = false))]
    pub empirical_policy: Option<FlowRunPolicy>,
    /// Replaces the tags.
    #[serde(
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false))]
    pub tags: Option<Vec<String>>,
    /// What its infrastructure is known by.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub infrastructure_pid: Given<String>,
    /// What overrides the pool's job template; null takes it away.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<JsonObject>))]
    pub job_variables: Given<JsonObject>,
}

/// A flow run that is going to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimpleNextFlowRun {
    /// Its id.
    pub id: FlowRunId,
    /// Its flow.
    pub flow_id: FlowId,
    /// Its name.
    pub name: String,
    /// The name of its state.
    pub state_name: String,
    /// The type of its state.
    pub state_type: StateType,
    /// When it starts.
    pub next_scheduled_start_time: Timestamp,
}
