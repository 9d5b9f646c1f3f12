//! Bodies about deployments.

use milliways_model::filter::DeploymentFilter;
use milliways_model::filter::{WorkPoolFilter, WorkQueueFilter};
use milliways_model::sort::DeploymentSort;
use milliways_model::{Deployment, DeploymentId};
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

/// A page of deployments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeploymentPaginationResponse {
    /// The page.
    pub(crate) results: Vec<Deployment>,
    /// How many match in all.
    pub(crate) count: i64,
    /// How long pages are.
    pub(crate) limit: i64,
    /// How many pages there are.
    pub(crate) pages: i64,
    /// The number of this one.
    pub(crate) page: i64,
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
