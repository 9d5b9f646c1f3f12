//! Bodies about deployments.

use milliways_model::filter::DeploymentFilter;
use milliways_model::filter::{WorkPoolFilter, WorkQueueFilter};
use milliways_model::sort::DeploymentSort;
use milliways_model::{DeploymentId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::filter_bodies;

filter_bodies! {
    /// Which deployments, and which part of them.
    ReadDeployments as Body_read_deployments_deployments_filter_post {
        /// How many at most; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
        /// How many to skip.
        #[schema(minimum = 0, default = 0)]
        offset: i64,
        /// In which order.
        #[schema(default = DeploymentSort::default)]
        sort: DeploymentSort,
    } beside { work_pools: WorkPoolFilter, work_pool_queues: WorkQueueFilter }

    /// Which deployments.
    CountDeployments as Body_count_deployments_deployments_count_post {}
        beside { work_pools: WorkPoolFilter, work_pool_queues: WorkQueueFilter }

    /// Which deployments, and which page of them.
    PaginateDeployments as Body_paginate_deployments_deployments_paginate_post {
        /// The number of the page, from 1.
        #[schema(value_type = i64, required = false, minimum = 1, default = 1)]
        page: Option<i64>,
        /// How long pages are; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
        /// In which order.
        #[schema(default = DeploymentSort::default)]
        sort: DeploymentSort,
    } beside { work_pools: WorkPoolFilter, work_pool_queues: WorkQueueFilter }
}

/// The deployments whose runs a runner asks for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_get_scheduled_flow_runs_for_deployments_deployments_get_scheduled_flow_runs_post)]
pub(crate) struct GetScheduledRuns {
    /// Those.
    #[schema(value_type = Vec<DeploymentId>, required = true)]
    pub(crate) deployment_ids: Option<Vec<DeploymentId>>,
    /// Only what is due until then.
    #[schema(value_type = Timestamp, required = false)]
    pub(crate) scheduled_before: Option<Timestamp>,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Which runs of schedules to make.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_schedule_deployment_deployments__id__schedule_post)]
pub(crate) struct ScheduleDeployment {
    /// From this moment on; now unless given.
    #[schema(value_type = Timestamp, required = false)]
    pub(crate) start_time: Option<Timestamp>,
    /// Until this moment.
    #[schema(value_type = Timestamp, required = false)]
    pub(crate) end_time: Option<Timestamp>,
    /// Runs for so long at least, in seconds.
    #[schema(value_type = f64, required = false, format = "time-delta")]
    pub(crate) min_time: Option<f64>,
    /// So many runs at least.
    #[schema(value_type = i64, required = false)]
    pub(crate) min_runs: Option<i64>,
    /// So many runs at most.
    #[schema(value_type = i64, required = false)]
    pub(crate) max_runs: Option<i64>,
}

/// Which deployments to delete.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_bulk_delete_deployments_deployments_bulk_delete_post)]
pub(crate) struct BulkDeleteDeployments {
    /// Those that match; all unless given.
    pub(crate) deployments: Option<DeploymentFilter>,
    /// How many at most.
    #[schema(value_type = i64, required = false, minimum = 1, maximum = 50, default = 50)]
    pub(crate) limit: Option<i64>,
}

/// The deployments that were deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeploymentBulkDeleteResponse {
    /// Their ids.
    #[schema(required = false)]
    pub(crate) deleted: Vec<DeploymentId>,
}
