//! Bodies about flows.

use milliways_model::filter::WorkPoolFilter;
use milliways_model::sort::FlowSort;

use super::filter_bodies;

filter_bodies! {
    /// Which flows, and which part of them.
    ReadFlows as Body_read_flows_flows_filter_post {
        /// How many at most; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
        /// How many to skip.
        #[schema(minimum = 0, default = 0)]
        offset: i64,
        /// In which order.
        #[schema(default = FlowSort::default)]
        sort: FlowSort,
    } beside { work_pools: WorkPoolFilter }

    /// Which flows.
    CountFlows as Body_count_flows_flows_count_post {} beside { work_pools: WorkPoolFilter }

    /// Which flows, and which page of them.
    PaginateFlows as Body_paginate_flows_flows_paginate_post {
        /// The number of the page, from 1.
        #[schema(value_type = i64, required = false, minimum = 1, default = 1)]
        page: Option<i64>,
        /// How long pages are; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
        /// In which order.
        #[schema(default = FlowSort::default)]
        sort: FlowSort,
    } beside { work_pools: WorkPoolFilter }
}
