//! Deployments: a flow with all that a run of it needs, and when it runs.

use serde::{Deserialize, Serialize};

use crate::concurrency_limit::GlobalConcurrencyLimitResponse;
use crate::flow_run::CreatedBy;
use crate::ids::{
    BlockDocumentId, ConcurrencyLimitId, DeploymentId, DeploymentScheduleId, FlowId, FlowRunId,
    TaskRunId, Uuid, WorkQueueId,
};
use crate::json::{Json, JsonObject};
use crate::policy::FlowRunPolicy;
use crate::schedule::Schedule;
use crate::state::StateCreate;
use crate::time::Timestamp;

/// A deployment as it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = DeploymentResponse))]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Unique among the deployments of its flow.
    pub name: String,
    /// The version of what is deployed.
    #[serde(default)]
    pub version: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// The flow that it runs.
    pub flow_id: FlowId,
    /// Whether its schedules make no runs.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub paused: bool,
    /// When it runs.
    #[serde(default)]
    pub schedules: Vec<DeploymentSchedule>,
    /// Always null: see `global_concurrency_limit`.
    #[serde(default)]
    pub concurrency_limit: Option<i64>,
    /// How many of its runs may run at once.
    #[serde(default)]
    pub global_concurrency_limit: Option<GlobalConcurrencyLimitResponse>,
    /// What becomes of a run that finds no slot.
    #[serde(default)]
    pub concurrency_options: Option<ConcurrencyOptions>,
    /// What overrides the pool's job template.
    #[serde(default)]
    pub job_variables: JsonObject,
    /// What its runs are called with.
    #[serde(default)]
    pub parameters: JsonObject,
    /// For finding it; handed on to its runs.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Key and value pairs; handed on to its runs.
    #[serde(default)]
    pub labels: JsonObject,
    /// The name of the queue that its runs wait in.
    #[serde(default)]
    pub work_queue_name: Option<String>,
    /// That queue.
    #[serde(default)]
    pub work_queue_id: Option<WorkQueueId>,
    /// When somebody last asked for its runs.
    #[serde(default)]
    pub last_polled: Option<Timestamp>,
    /// The JSON schema of the flow's parameters.
    #[serde(default)]
    pub parameter_openapi_schema: Option<JsonObject>,
    /// The folder of the flow's code.
    #[serde(default)]
    pub path: Option<String>,
    /// How the flow's code is fetched.
    #[serde(default)]
    pub pull_steps: Option<Vec<JsonObject>>,
    /// The file and function of the flow.
    #[serde(default)]
    pub entrypoint: Option<String>,
    /// Kept for old clients.
    #[serde(default)]
    pub storage_document_id: Option<BlockDocumentId>,
    /// Kept for old clients.
    #[serde(default)]
    pub infrastructure_document_id: Option<BlockDocumentId>,
    /// Who made it.
    #[serde(default)]
    pub created_by: Option<CreatedBy>,
    /// Who last changed it.
    #[serde(default)]
    pub updated_by: Option<UpdatedBy>,
    /// The name of its queue's pool.
    #[serde(default)]
    pub work_pool_name: Option<String>,
    /// Whether somebody asks for its runs.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = "NOT_READY"))]
    pub status: Option<DeploymentStatus>,
    /// Whether parameters of runs have to fit the schema.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub enforce_parameter_schema: bool,
}

fn yes() -> bool {
    true
}

/// Whether somebody asks for a deployment's runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeploymentStatus {
    /// Somebody does.
    Ready,
    /// Nobody does.
    #[default]
    NotReady,
}

impl DeploymentStatus {
    /// The spelling on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::NotReady => "NOT_READY",
        }
    }

    /// The spelling in names of events.
    pub const fn in_event(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady => "not-ready",
        }
    }
}

/// Who last changed an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct UpdatedBy {
    /// The maker's id.
    pub id: Option<Uuid>,
    /// `USER`, `AUTOMATION`, …
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The maker's name.
    pub display_value: Option<String>,
}

/// What becomes of a run that finds no slot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConcurrencyOptions {
    /// Whether it waits.
    pub collision_strategy: ConcurrencyLimitStrategy,
    /// How long a run that took a slot may take to start.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 60, maximum = 86400))]
    pub grace_period_seconds: Option<i64>,
}

/// Whether a run that finds no slot waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConcurrencyLimitStrategy {
    /// It waits.
    Enqueue,
    /// It is cancelled.
    CancelNew,
}

/// The version of what is deployed. Its type may bring keys of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionInfo {
    /// Its type, such as `prefect:simple`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version.
    pub version: String,
}

/// A schedule of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeploymentSchedule {
    /// Its id.
    pub id: DeploymentScheduleId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Its deployment.
    #[serde(default)]
    pub deployment_id: Option<DeploymentId>,
    /// When it fires.
    pub schedule: Schedule,
    /// Whether it makes runs.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub active: bool,
    /// How many runs it makes ahead at most.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(exclusive_minimum = 0))]
    pub max_scheduled_runs: Option<i64>,
    /// What its runs are called with, beside the deployment's parameters.
    #[serde(default)]
    pub parameters: JsonObject,
    /// Names it within its deployment.
    #[serde(default)]
    pub slug: Option<String>,
}

/// The body that makes a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeploymentScheduleCreate {
    /// Whether it makes runs.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub active: bool,
    /// When it fires.
    pub schedule: Schedule,
    /// How many runs it makes ahead at most.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(exclusive_minimum = 0))]
    pub max_scheduled_runs: Option<i64>,
    /// What its runs are called with, beside the deployment's parameters.
    #[serde(default)]
    pub parameters: JsonObject,
    /// Names it within its deployment.
    #[serde(default)]
    pub slug: Option<String>,
    /// The slug of the schedule that it takes the place of.
    #[serde(default)]
    pub replaces: Option<String>,
}

/// The body that changes a schedule. What is null stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DeploymentScheduleUpdate {
    /// Whether it makes runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// When it fires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// How many runs it makes ahead at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(exclusive_minimum = 0))]
    pub max_scheduled_runs: Option<i64>,
    /// What its runs are called with, beside the deployment's parameters.
    pub parameters: JsonObject,
    /// Names it within its deployment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The slug of the schedule that it takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// A field that may be left out (outer), or be null (inner).
pub type Given<T> = Option<Option<T>>;

/// The body that makes a deployment, or changes the one of that flow and name. Keys that are not given leave
/// an existing one as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeploymentCreate {
    /// Unique among the deployments of its flow.
    pub name: String,
    /// The flow that it runs.
    pub flow_id: FlowId,
    /// Whether its schedules make no runs.
    #[serde(
        default,
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false, default = false))]
    pub paused: Option<bool>,
    /// When it runs.
    #[serde(default)]
    pub schedules: Vec<DeploymentScheduleCreate>,
    /// How many of its runs may run at once.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>, exclusive_minimum = 0))]
    pub concurrency_limit: Given<i64>,
    /// What becomes of a run that finds no slot.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ConcurrencyOptions>))]
    pub concurrency_options: Given<ConcurrencyOptions>,
    /// A limit that it shares with others.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ConcurrencyLimitId>))]
    pub global_concurrency_limit_id: Given<ConcurrencyLimitId>,
    /// Whether parameters of runs have to fit the schema.
    #[serde(
        default,
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false, default = true))]
    pub enforce_parameter_schema: Option<bool>,
    /// The JSON schema of the flow's parameters.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<JsonObject>))]
    pub parameter_openapi_schema: Given<JsonObject>,
    /// What its runs are called with.
    #[serde(
        default,
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = JsonObject, required = false))]
    pub parameters: Option<JsonObject>,
    /// For finding it; handed on to its runs.
    #[serde(
        default,
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false))]
    pub tags: Option<Vec<String>>,
    /// Key and value pairs; handed on to its runs.
    #[serde(default)]
    pub labels: Option<JsonObject>,
    /// How the flow's code is fetched.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<JsonObject>>))]
    pub pull_steps: Given<Vec<JsonObject>>,
    /// The queue that its runs wait in.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub work_queue_name: Given<String>,
    /// The pool of that queue.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub work_pool_name: Given<String>,
    /// Kept for old clients.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BlockDocumentId>))]
    pub storage_document_id: Given<BlockDocumentId>,
    /// Kept for old clients.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BlockDocumentId>))]
    pub infrastructure_document_id: Given<BlockDocumentId>,
    /// What it is for.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Given<String>,
    /// The folder of the flow's code.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub path: Given<String>,
    /// The version of what is deployed.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub version: Given<String>,
    /// The file and function of the flow.
    #[serde(
        default,
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub entrypoint: Given<String>,
    /// What overrides the pool's job template.
    #[serde(
        default,
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = JsonObject, required = false))]
    pub job_variables: Option<JsonObject>,
    /// Where the version comes from.
    #[serde(default)]
    pub version_info: Option<VersionInfo>,
}

/// The body that changes a deployment. Keys that are not given leave it as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DeploymentUpdate {
    /// The version of what is deployed.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub version: Given<String>,
    /// What it is for.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Given<String>,
    /// Whether its schedules make no runs.
    #[serde(
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false, default = false))]
    pub paused: Option<bool>,
    /// When it runs: replaces all schedules, or changes those of the same slug where all have one.
    #[serde(
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<DeploymentScheduleUpdate>, required = false))]
    pub schedules: Option<Vec<DeploymentScheduleUpdate>>,
    /// How many of its runs may run at once.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>, exclusive_minimum = 0))]
    pub concurrency_limit: Given<i64>,
    /// What becomes of a run that finds no slot.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ConcurrencyOptions>))]
    pub concurrency_options: Given<ConcurrencyOptions>,
    /// A limit that it shares with others.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ConcurrencyLimitId>))]
    pub global_concurrency_limit_id: Given<ConcurrencyLimitId>,
    /// What its runs are called with. There have to be some: null is a conflict.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<JsonObject>))]
    pub parameters: Given<JsonObject>,
    /// The JSON schema of the flow's parameters.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<JsonObject>))]
    pub parameter_openapi_schema: Given<JsonObject>,
    /// For finding it; handed on to its runs.
    #[serde(
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false))]
    pub tags: Option<Vec<String>>,
    /// The queue that its runs wait in.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub work_queue_name: Given<String>,
    /// The pool of that queue; null takes the deployment out of its pool.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub work_pool_name: Given<String>,
    /// The folder of the flow's code.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub path: Given<String>,
    /// What overrides the pool's job template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_variables: Option<JsonObject>,
    /// How the flow's code is fetched.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<JsonObject>>))]
    pub pull_steps: Given<Vec<JsonObject>>,
    /// The file and function of the flow.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub entrypoint: Given<String>,
    /// Kept for old clients.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BlockDocumentId>))]
    pub storage_document_id: Given<BlockDocumentId>,
    /// Kept for old clients.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<BlockDocumentId>))]
    pub infrastructure_document_id: Given<BlockDocumentId>,
    /// Whether parameters of runs have to fit the schema. They do or do not: null is a conflict.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<bool>))]
    pub enforce_parameter_schema: Given<bool>,
    /// Where the version comes from.
    pub version_info: Option<VersionInfo>,
}

/// The body that makes a run of a deployment. What is not given is the deployment's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DeploymentFlowRunCreate {
    /// Its first state; SCHEDULED for now where none is given.
    pub state: Option<StateCreate>,
    /// Two words unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub name: Option<String>,
    /// What it is called with, beside the deployment's parameters.
    pub parameters: JsonObject,
    /// Whether they have to fit the schema; the deployment says so unless given.
    pub enforce_parameter_schema: Option<bool>,
    /// What the client adds.
    pub context: JsonObject,
    /// Kept for old clients.
    pub infrastructure_document_id: Option<BlockDocumentId>,
    /// Retries.
    pub empirical_policy: FlowRunPolicy,
    /// For finding it, beside the deployment's tags.
    pub tags: Vec<String>,
    /// Creating a run with the same key again gives the first one.
    pub idempotency_key: Option<String>,
    /// Key and value pairs.
    pub labels: Option<JsonObject>,
    /// The task run in the parent flow that stands for it.
    pub parent_task_run_id: Option<TaskRunId>,
    /// The queue of the deployment's pool to wait in.
    pub work_queue_name: Option<String>,
    /// What overrides the deployment's job variables.
    pub job_variables: Option<JsonObject>,
}

/// What became of several runs that were to be made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowRunBulkCreateResponse {
    /// One for each, in their order.
    #[serde(default)]
    pub results: Vec<FlowRunCreateResult>,
}

/// What became of a run that was to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowRunCreateResult {
    /// The run.
    #[serde(default)]
    pub flow_run_id: Option<FlowRunId>,
    /// Whether it was made.
    pub status: FlowRunCreateStatus,
    /// Why not.
    #[serde(default)]
    pub error: Option<String>,
}

/// Whether a run was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum FlowRunCreateStatus {
    /// It was.
    Created,
    /// It was not.
    Failed,
}

/// A value of a deployment before and after a change, as its event tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldChange {
    /// Before.
    pub from: Json,
    /// After.
    pub to: Json,
}
