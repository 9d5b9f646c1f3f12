//! Work queues: the runs of a work pool in order, some before others.

use serde::{Deserialize, Serialize};

use crate::flow_run::FlowRun;
use crate::ids::{DeploymentId, FlowRunId, WorkPoolId, WorkQueueId};
use crate::state::StateType;
use crate::time::Timestamp;
use crate::work_pool::WorkPoolStatus;

/// Whether runs of a queue are taken: READY while somebody polls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WorkQueueStatus {
    /// Somebody polls it.
    Ready,
    /// Nobody has polled it for a while.
    NotReady,
    /// Somebody paused it.
    Paused,
}

impl WorkQueueStatus {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        self.like_a_pool().as_str()
    }

    /// The word in names of events.
    pub const fn in_kebab_case(self) -> &'static str {
        self.like_a_pool().in_kebab_case()
    }

    /// The status of that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ready, Self::NotReady, Self::Paused]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    /// Both have the same words.
    const fn like_a_pool(self) -> WorkPoolStatus {
        match self {
            Self::Ready => WorkPoolStatus::Ready,
            Self::NotReady => WorkPoolStatus::NotReady,
            Self::Paused => WorkPoolStatus::Paused,
        }
    }
}

/// What the queues of old agents chose runs by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct QueueFilter {
    /// Runs that have all of these tags.
    pub tags: Option<Vec<String>>,
    /// Runs of one of these deployments.
    pub deployment_ids: Option<Vec<DeploymentId>>,
}

/// A work queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = WorkQueueResponse))]
pub struct WorkQueue {
    /// Its id.
    pub id: WorkQueueId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Unique in its pool.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: String,
    /// For people.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = ""))]
    pub description: Option<String>,
    /// Whether no run of it is handed out.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub is_paused: bool,
    /// How many runs of it may be under way.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub concurrency_limit: Option<i64>,
    /// Runs of a lower one come first; unique in its pool, from 1.
    #[serde(default = "first")]
    #[cfg_attr(feature = "openapi", schema(exclusive_minimum = 0, default = 1))]
    pub priority: i64,
    /// Its pool.
    #[serde(default)]
    pub work_pool_id: Option<WorkPoolId>,
    /// What the queues of old agents choose runs by.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(deprecated))]
    pub filter: Option<QueueFilter>,
    /// When somebody last asked for its runs.
    #[serde(default)]
    pub last_polled: Option<Timestamp>,
    /// Its pool's name.
    #[serde(default)]
    pub work_pool_name: Option<String>,
    /// Whether its runs are taken.
    #[serde(default)]
    pub status: Option<WorkQueueStatus>,
    /// How many runs of it are under way; told where it has a limit.
    #[serde(default)]
    pub active_slots: Option<i64>,
}

const fn first() -> i64 {
    1
}

/// The body that creates a work queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WorkQueueCreate {
    /// None of `/ % & > <`.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: String,
    /// For people.
    #[serde(default = "no_description")]
    #[cfg_attr(feature = "openapi", schema(default = ""))]
    pub description: Option<String>,
    /// Whether it begins paused.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub is_paused: bool,
    /// How many runs of it may be under way.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub concurrency_limit: Option<i64>,
    /// Its place among the queues of its pool; the first free one unless given.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(exclusive_minimum = 0))]
    pub priority: Option<i64>,
    /// What the queues of old agents choose runs by.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(deprecated))]
    pub filter: Option<QueueFilter>,
}

impl WorkQueueCreate {
    /// A queue of that name, and nothing else said.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: no_description(),
            is_paused: false,
            concurrency_limit: None,
            priority: None,
            filter: None,
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional field")]
fn no_description() -> Option<String> {
    Some(String::new())
}

/// The body that changes a work queue: absent keys leave it as it is, null clears what can be empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct WorkQueueUpdate {
    /// A new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For people.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Option<Option<String>>,
    /// Whether no run of it is handed out.
    #[serde(
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false, default = false))]
    pub is_paused: Option<bool>,
    /// How many runs of it may be under way.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>, minimum = 0))]
    pub concurrency_limit: Option<Option<i64>>,
    /// Its place among the queues of its pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(exclusive_minimum = 0))]
    pub priority: Option<i64>,
    /// When somebody last asked for its runs.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Timestamp>))]
    pub last_polled: Option<Option<Timestamp>>,
    /// What the queues of old agents choose runs by.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<QueueFilter>, deprecated))]
    pub filter: Option<Option<QueueFilter>>,
}

/// When a queue counts as healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkQueueHealthPolicy {
    /// More late runs are unhealthy.
    #[cfg_attr(feature = "openapi", schema(required = false, default = 0))]
    pub maximum_late_runs: Option<i64>,
    /// Not to have been polled for longer is unhealthy.
    #[cfg_attr(feature = "openapi", schema(required = false, default = 60))]
    pub maximum_seconds_since_last_polled: Option<i64>,
}

impl Default for WorkQueueHealthPolicy {
    fn default() -> Self {
        Self {
            maximum_late_runs: Some(0),
            maximum_seconds_since_last_polled: Some(60),
        }
    }
}

impl WorkQueueHealthPolicy {
    /// Whether a queue with so many late runs that was last polled then is healthy.
    pub fn is_healthy(
        self,
        late_runs: i64,
        last_polled: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        let few_are_late = self.maximum_late_runs.is_none_or(|most| late_runs <= most);
        #[expect(clippy::cast_precision_loss, reason = "seconds of a policy are few")]
        let is_polled = self.maximum_seconds_since_last_polled.is_none_or(|most| {
            last_polled.is_some_and(|polled| now.seconds_since(polled) <= most as f64)
        });
        few_are_late && is_polled
    }
}

/// How a queue does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkQueueStatusDetail {
    /// Whether it is well by the policy.
    pub healthy: bool,
    /// How many of its runs are late.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false, default = 0))]
    pub late_runs_count: i64,
    /// When somebody last asked for its runs.
    #[serde(default)]
    pub last_polled: Option<Timestamp>,
    /// What it was judged by.
    pub health_check_policy: WorkQueueHealthPolicy,
}

/// A run that is handed to a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkerFlowRunResponse {
    /// Its pool.
    pub work_pool_id: WorkPoolId,
    /// Its queue.
    pub work_queue_id: WorkQueueId,
    /// The run.
    pub flow_run: FlowRun,
}

/// A run that is under way, in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowRunSlotSummary {
    /// Its id.
    pub id: FlowRunId,
    /// Its name.
    pub name: String,
    /// The type of its state.
    #[serde(default)]
    pub state_type: Option<StateType>,
    /// The name of its state.
    #[serde(default)]
    pub state_name: Option<String>,
    /// When it started.
    #[serde(default)]
    pub start_time: Option<Timestamp>,
    /// When it came to its state.
    #[serde(default)]
    pub state_timestamp: Option<Timestamp>,
    /// Seconds it has been in its state.
    #[serde(default)]
    pub time_in_current_state: Option<f64>,
}

/// The runs of a queue that are under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = WorkQueueConcurrencyStatusDetail))]
pub struct QueueSlots {
    /// The queue.
    pub queue_id: WorkQueueId,
    /// Its name.
    pub queue_name: String,
    /// How many are under way.
    pub active_slots: i64,
    /// How many may be.
    #[serde(default)]
    pub concurrency_limit: Option<i64>,
    /// The first of them.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub flow_runs: Vec<FlowRunSlotSummary>,
    /// How many they are.
    #[serde(default)]
    pub flow_run_count: Option<i64>,
}

/// The runs of a queue that are under way, in pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkQueueConcurrencyStatus {
    /// How many are under way.
    pub active_slots: i64,
    /// How many may be.
    #[serde(default)]
    pub concurrency_limit: Option<i64>,
    /// The page.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub flow_runs: Vec<FlowRunSlotSummary>,
    /// How many there are.
    pub count: i64,
    /// How long pages are.
    pub limit: i64,
    /// How many pages there are.
    pub pages: i64,
    /// The number of this one.
    pub page: i64,
}
