//! Bodies about flow runs.

use milliways_model::filter::{WorkPoolFilter, WorkQueueFilter};
use milliways_model::sort::FlowRunSort;
use milliways_model::{FlowId, FlowRunId, JsonObject, StateCreate, StateType, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::filter_bodies;

filter_bodies! {
    /// Which flow runs, and which part of them.
    ReadFlowRuns as Body_read_flow_runs_flow_runs_filter_post {
        /// In which order.
        #[schema(default = FlowRunSort::default)]
        sort: FlowRunSort,
        /// How many at most; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
        /// How many to skip.
        #[schema(minimum = 0, default = 0)]
        offset: i64,
    } beside { work_pools: WorkPoolFilter, work_pool_queues: WorkQueueFilter }

    /// Which flow runs.
    CountFlowRuns as Body_count_flow_runs_flow_runs_count_post {}
        beside { work_pools: WorkPoolFilter, work_pool_queues: WorkQueueFilter }

    /// Which flow runs.
    FlowRunLateness as Body_average_flow_run_lateness_flow_runs_lateness_post {}
        beside { work_pools: WorkPoolFilter, work_pool_queues: WorkQueueFilter }

    /// Which flow runs, and which page of them.
    PaginateFlowRuns as Body_paginate_flow_runs_flow_runs_paginate_post {
        /// In which order.
        #[schema(default = FlowRunSort::default)]
        sort: FlowRunSort,
        /// The number of the page, from 1.
        #[schema(value_type = i64, required = false, minimum = 1, default = 1)]
        page: Option<i64>,
        /// How long pages are; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
    } beside { work_pools: WorkPoolFilter, work_pool_queues: WorkQueueFilter }

    /// Which flow runs, and over which time.
    FlowRunHistory as Body_flow_run_history_flow_runs_history_post {
        /// From this moment on.
        #[schema(value_type = Timestamp, required = true)]
        history_start: Option<Timestamp>,
        /// Before this moment.
        #[schema(value_type = Timestamp, required = true)]
        history_end: Option<Timestamp>,
        /// The length of each part, in seconds; at least 1.
        #[schema(value_type = f64, required = true, format = "time-delta")]
        history_interval_seconds: Option<f64>,
    } beside { work_pools: WorkPoolFilter, work_queues: WorkQueueFilter }

    /// Which flow runs, and which part of them.
    SimpleHistory as Body_read_flow_run_history_ui_flow_runs_history_post {
        /// In which order.
        #[schema(value_type = FlowRunSort, required = false, default = "EXPECTED_START_TIME_DESC")]
        sort: Option<FlowRunSort>,
        /// How many at most.
        #[schema(value_type = i64, required = false, maximum = 1000, default = 1000)]
        limit: Option<i64>,
        /// How many to skip.
        #[schema(minimum = 0, default = 0)]
        offset: i64,
    } beside { work_pools: WorkPoolFilter }
}

/// A proposed state.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_set_flow_run_state_flow_runs__id__set_state_post)]
pub(crate) struct SetFlowRunState {
    /// The state.
    pub(crate) state: StateCreate,
    /// Whether most rules are passed over.
    #[serde(default, deserialize_with = "super::null_is_default")]
    pub(crate) force: bool,
}

/// What a paused run is resumed with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_resume_flow_run_flow_runs__id__resume_post)]
pub(crate) struct ResumeFlowRun {
    /// Input that the run waits for.
    pub(crate) run_input: Option<JsonObject>,
}

/// An input of a flow run.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_create_flow_run_input_flow_runs__id__input_post)]
pub(crate) struct CreateFlowRunInput {
    /// Unique for its run.
    pub(crate) key: String,
    /// The value.
    pub(crate) value: String,
    /// Who sends it.
    #[serde(default)]
    pub(crate) sender: Option<String>,
}

/// Which inputs of a flow run.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_filter_flow_run_input_flow_runs__id__input_filter_post)]
pub(crate) struct FilterFlowRunInput {
    /// What their keys begin with.
    pub(crate) prefix: String,
    /// How many at most.
    #[serde(default)]
    #[schema(value_type = i64, required = false, default = 1)]
    pub(crate) limit: Option<i64>,
    /// Keys that are left out.
    #[serde(default, deserialize_with = "super::null_is_default")]
    #[schema(default = json!([]))]
    pub(crate) exclude_keys: Vec<String>,
}

/// The flows whose next run is asked for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_next_runs_by_flow_ui_flows_next_runs_post)]
pub(crate) struct NextRunsOf {
    /// At most 200.
    #[schema(value_type = Vec<FlowId>, max_items = 200, required = true)]
    pub(crate) flow_ids: Option<Vec<FlowId>>,
}

/// The flow runs whose task runs are counted.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_count_task_runs_by_flow_run_ui_flow_runs_count_task_runs_post)]
pub(crate) struct CountTaskRunsOf {
    /// At most 200.
    #[schema(value_type = Vec<FlowRunId>, max_items = 200, required = true)]
    pub(crate) flow_run_ids: Option<Vec<FlowRunId>>,
}

/// A flow run as a point in a chart.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimpleFlowRun {
    /// Its id.
    pub(crate) id: FlowRunId,
    /// The type of its state.
    pub(crate) state_type: StateType,
    /// When it started, or should.
    pub(crate) timestamp: Timestamp,
    /// Seconds it ran.
    pub(crate) duration: f64,
    /// Seconds it was late.
    pub(crate) lateness: f64,
}

/// The flows whose deployments are counted.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_count_deployments_by_flow_ui_flows_count_deployments_post)]
pub(crate) struct CountDeploymentsOf {
    /// At most 200.
    #[schema(value_type = Vec<FlowId>, max_items = 200, required = true)]
    pub(crate) flow_ids: Option<Vec<FlowId>>,
}
