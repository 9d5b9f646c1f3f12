//! Bodies about work pools, queues and workers.

use milliways_model::Timestamp;
use milliways_model::filter::{WorkPoolFilter, WorkQueueFilter, WorkerFilter};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which work pools, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_work_pools_work_pools_filter_post)]
pub(crate) struct ReadWorkPools {
    /// By pool.
    pub(crate) work_pools: Option<WorkPoolFilter>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Which work pools.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_count_work_pools_work_pools_count_post)]
pub(crate) struct CountWorkPools {
    /// By pool.
    pub(crate) work_pools: Option<WorkPoolFilter>,
}

/// Which queues of the pool, and how many of their runs.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_work_pool_concurrency_status_work_pools__name__concurrency_status_post)]
pub(crate) struct WorkPoolSlots {
    /// The number of the page, from 1.
    #[schema(value_type = i64, required = false, minimum = 1, default = 1)]
    pub(crate) page: Option<i64>,
    /// How many runs are told of each queue.
    #[schema(value_type = i64, required = false, minimum = 0, maximum = 200, default = 10)]
    pub(crate) flow_run_limit: Option<i64>,
    /// How long pages are; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Which runs a worker asks for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_get_scheduled_flow_runs_work_pools__name__get_scheduled_flow_runs_post)]
pub(crate) struct GetScheduledFlowRuns {
    /// Of these queues; of all unless given.
    #[schema(value_type = Vec<String>, required = false)]
    pub(crate) work_queue_names: Option<Vec<String>>,
    /// Due at this moment or before.
    #[schema(value_type = Timestamp, required = false)]
    pub(crate) scheduled_before: Option<Timestamp>,
    /// Due at this moment or after.
    #[schema(value_type = Timestamp, required = false)]
    pub(crate) scheduled_after: Option<Timestamp>,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Which queues of the pool, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_work_queues_work_pools__work_pool_name__queues_filter_post)]
pub(crate) struct ReadQueuesOfPool {
    /// By queue.
    #[schema(value_type = WorkQueueFilter, required = false)]
    pub(crate) work_queues: Option<WorkQueueFilter>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Which queues, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_work_queues_work_queues_filter_post)]
pub(crate) struct ReadWorkQueues {
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// By queue.
    pub(crate) work_queues: Option<WorkQueueFilter>,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Which runs an agent asks for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_work_queue_runs_work_queues__id__get_runs_post)]
pub(crate) struct ReadWorkQueueRuns {
    /// Due at this moment or before.
    #[schema(value_type = Timestamp, required = false)]
    pub(crate) scheduled_before: Option<Timestamp>,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Which of the runs that are under way.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_work_queue_concurrency_status_work_queues__id__concurrency_status_post)]
pub(crate) struct WorkQueueSlots {
    /// The number of the page, from 1.
    #[schema(value_type = i64, required = false, minimum = 1, default = 1)]
    pub(crate) page: Option<i64>,
    /// How long pages are; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Which workers, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_workers_work_pools__work_pool_name__workers_filter_post)]
pub(crate) struct ReadWorkers {
    /// By worker.
    pub(crate) workers: Option<WorkerFilter>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// A worker that says that it lives.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_worker_heartbeat_work_pools__work_pool_name__workers_heartbeat_post)]
pub(crate) struct WorkerHeartbeat {
    /// Its name.
    pub(crate) name: String,
    /// How often it says so, in seconds.
    #[serde(default)]
    pub(crate) heartbeat_interval_seconds: Option<i64>,
}
