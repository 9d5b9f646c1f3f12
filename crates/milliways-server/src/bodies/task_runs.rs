//! Bodies about task runs.

use milliways_model::filter::{WorkPoolFilter, WorkQueueFilter};
use milliways_model::sort::TaskRunSort;
use milliways_model::{StateCreate, StateType, TaskRun, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::filter_bodies;

filter_bodies! {
    /// Which task runs, and which part of them.
    ReadTaskRuns as Body_read_task_runs_task_runs_filter_post {
        /// In which order.
        #[schema(default = TaskRunSort::default)]
        sort: TaskRunSort,
        /// How many at most; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
        /// How many to skip.
        #[schema(minimum = 0, default = 0)]
        offset: i64,
    } beside {}

    /// Which task runs.
    CountTaskRuns as Body_count_task_runs_task_runs_count_post {} beside {}

    /// Which task runs, and which page of them.
    PaginateTaskRuns as Body_paginate_task_runs_task_runs_paginate_post {
        /// In which order.
        #[schema(default = TaskRunSort::default)]
        sort: TaskRunSort,
        /// The number of the page, from 1.
        #[schema(value_type = i64, required = false, minimum = 1, default = 1)]
        page: Option<i64>,
        /// How long pages are; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
    } beside {}

    /// Which task runs, and over which time.
    TaskRunHistory as Body_task_run_history_task_runs_history_post {
        /// From this moment on.
        #[schema(value_type = Timestamp, required = true)]
        history_start: Option<Timestamp>,
        /// Before this moment.
        #[schema(value_type = Timestamp, required = true)]
        history_end: Option<Timestamp>,
        /// The length of each part, in seconds; at least 1.
        #[schema(value_type = f64, required = true, format = "time-delta")]
        history_interval_seconds: Option<f64>,
    } beside {}

    /// Which task runs are counted by state.
    CountTaskRunsByState as Body_read_task_run_counts_by_state_ui_task_runs_count_post {}
        beside {}

    /// Which task runs are counted for the dashboard; `task_runs` has to be given.
    DashboardCounts as Body_read_dashboard_task_run_counts_ui_task_runs_dashboard_counts_post {}
        beside { work_pools: WorkPoolFilter, work_queues: WorkQueueFilter }
}

/// A proposed state.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_set_task_run_state_task_runs__id__set_state_post)]
pub(crate) struct SetTaskRunState {
    /// The state.
    pub(crate) state: StateCreate,
    /// Whether most rules are passed over.
    #[serde(default, deserialize_with = "super::null_is_default")]
    pub(crate) force: bool,
}

/// How many task runs are in a state of each type.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) struct CountByState {
    #[schema(default = 0)]
    completed: i64,
    #[schema(default = 0)]
    pending: i64,
    #[schema(default = 0)]
    running: i64,
    #[schema(default = 0)]
    failed: i64,
    #[schema(default = 0)]
    cancelled: i64,
    #[schema(default = 0)]
    crashed: i64,
    #[schema(default = 0)]
    paused: i64,
    #[schema(default = 0)]
    cancelling: i64,
    #[schema(default = 0)]
    scheduled: i64,
}

impl CountByState {
    pub(crate) fn of(counts: Vec<(StateType, i64)>) -> Self {
        let mut all = Self::default();
        for (kind, count) in counts {
            let slot = match kind {
                StateType::Scheduled => &mut all.scheduled,
                StateType::Pending => &mut all.pending,
                StateType::Running => &mut all.running,
                StateType::Completed => &mut all.completed,
                StateType::Failed => &mut all.failed,
                StateType::Cancelled => &mut all.cancelled,
                StateType::Crashed => &mut all.crashed,
                StateType::Paused => &mut all.paused,
                StateType::Cancelling => &mut all.cancelling,
            };
            *slot += count;
        }
        all
    }
}

/// Task runs of a part of time, by how they ended.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub(crate) struct TaskRunCount {
    /// COMPLETED or CANCELLED.
    pub(crate) completed: i64,
    /// FAILED or CRASHED.
    pub(crate) failed: i64,
}

/// A task run with its flow run's name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UITaskRun)]
pub(crate) struct UiTaskRun {
    #[serde(flatten)]
    pub(crate) run: TaskRun,
    /// The flow run's name.
    pub(crate) flow_run_name: Option<String>,
}

/// Which task workers.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_task_workers_task_workers_filter_post)]
pub(crate) struct ReadTaskWorkers {
    /// All unless given.
    pub(crate) task_worker_filter: Option<TaskWorkerFilter>,
}

/// Which task workers.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub(crate) struct TaskWorkerFilter {
    /// Those that serve one of these tasks; all where there are none.
    pub(crate) task_keys: Vec<String>,
}
