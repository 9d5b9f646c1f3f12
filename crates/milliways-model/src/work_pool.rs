//! Work pools: where runs of deployments wait for workers of one kind of infrastructure.

pub mod template;

use serde::{Deserialize, Serialize};

use crate::ids::{BlockDocumentId, WorkPoolId, WorkQueueId};
use crate::json::JsonObject;
use crate::time::Timestamp;
use crate::work_queue::QueueSlots;

/// The type of pools whose runs are taken by agents; such pools show no status.
pub const AGENT_TYPE: &str = "prefect-agent";
/// The pool of queues that are made without naming one.
pub const DEFAULT_AGENT_POOL: &str = "default-agent-pool";
/// The name of the queue that every pool begins with.
pub const DEFAULT_QUEUE: &str = "default";

/// Whether runs of a pool are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WorkPoolStatus {
    /// A worker is online.
    Ready,
    /// No worker is online.
    NotReady,
    /// Somebody paused it.
    Paused,
}

impl WorkPoolStatus {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::NotReady => "NOT_READY",
            Self::Paused => "PAUSED",
        }
    }

    /// The word in names of events.
    pub const fn in_kebab_case(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NotReady => "not-ready",
            Self::Paused => "paused",
        }
    }

    /// The status of that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ready, Self::NotReady, Self::Paused]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// Where runs of a pool get their code from and leave their results.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct WorkPoolStorageConfiguration {
    /// The step that uploads a flow's bundle.
    pub bundle_upload_step: Option<JsonObject>,
    /// The step that fetches and runs it.
    pub bundle_execution_step: Option<JsonObject>,
    /// The block document that results are stored by unless a flow says otherwise.
    pub default_result_storage_block_id: Option<BlockDocumentId>,
}

impl WorkPoolStorageConfiguration {
    /// The key that clients up to version 3.3.7 refuse.
    pub const NEW_KEY: &str = "default_result_storage_block_id";
}

/// A work pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = WorkPoolResponse))]
pub struct WorkPool {
    /// Its id.
    pub id: WorkPoolId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Unique in its workspace.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// The kind of worker that it is for, such as `process`.
    pub r#type: String,
    /// What workers make a job of.
    #[serde(default)]
    pub base_job_template: JsonObject,
    /// Whether no run of it is handed out.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub is_paused: bool,
    /// How many runs of it may be under way.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub concurrency_limit: Option<i64>,
    /// Whether its runs are taken; none for pools of agents.
    #[serde(default)]
    pub status: Option<WorkPoolStatus>,
    /// The queue of runs that name none.
    #[serde(default)]
    pub default_queue_id: Option<WorkQueueId>,
    /// Where runs get their code from and leave their results.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub storage_configuration: WorkPoolStorageConfiguration,
    /// How many runs of it are under way; told where it has a limit.
    #[serde(default)]
    pub active_slots: Option<i64>,
}

impl WorkPool {
    /// Whether agents take its runs, rather than workers.
    pub fn is_for_agents(&self) -> bool {
        self.r#type == AGENT_TYPE
    }
}

/// The body that creates a work pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WorkPoolCreate {
    /// None of `/ % & > <`; not beginning with `prefect`.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: Option<String>,
    /// The kind of worker that it is for.
    #[serde(default = "agent_type")]
    #[cfg_attr(feature = "openapi", schema(default = "prefect-agent"))]
    pub r#type: String,
    /// What workers make a job of: `{"job_configuration": …, "variables": …}`, or nothing.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub base_job_template: JsonObject,
    /// Whether it begins paused.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub is_paused: bool,
    /// How many runs of it may be under way.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub concurrency_limit: Option<i64>,
    /// Where runs get their code from and leave their results.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub storage_configuration: WorkPoolStorageConfiguration,
}

impl WorkPoolCreate {
    /// A pool of that name and type, and nothing else said.
    pub fn new(name: &str, kind: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: None,
            r#type: kind.to_owned(),
            base_job_template: JsonObject::default(),
            is_paused: false,
            concurrency_limit: None,
            storage_configuration: WorkPoolStorageConfiguration::default(),
        }
    }
}

fn agent_type() -> String {
    AGENT_TYPE.to_owned()
}

/// The body that changes a work pool: absent keys leave it as it is, null clears what can be empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct WorkPoolUpdate {
    /// For people.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Option<Option<String>>,
    /// Whether no run of it is handed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_paused: Option<bool>,
    /// What workers make a job of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_job_template: Option<JsonObject>,
    /// How many runs of it may be under way.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>, minimum = 0))]
    pub concurrency_limit: Option<Option<i64>>,
    /// Where runs get their code from and leave their results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_configuration: Option<WorkPoolStorageConfiguration>,
}

/// The runs of a pool that are under way, by queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkPoolConcurrencyStatus {
    /// How many are under way.
    pub active_slots: i64,
    /// How many may be.
    #[serde(default)]
    pub concurrency_limit: Option<i64>,
    /// A page of its queues.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub queues: Vec<QueueSlots>,
    /// How many queues it has.
    pub count: i64,
    /// How long pages are.
    pub limit: i64,
    /// How many pages there are.
    pub pages: i64,
    /// The number of this one.
    pub page: i64,
}
