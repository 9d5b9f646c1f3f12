//! A method for each route, in a file for each resource.

mod admin;
mod blocks;
mod collections;
mod deployments;
mod events;
mod flow_runs;
mod flows;
mod health;
mod journal;
mod logs;
mod states;
mod task_runs;
mod variables;
mod work_pools;

use milliways_model::filter::{FlowFilter, FlowRunFilter, TaskRunFilter};
use serde::Serialize;

pub use flow_runs::FlowRunQuery;
pub use flows::FlowQuery;
pub use journal::JournalPost;
pub use logs::LogQuery;
pub use task_runs::TaskRunQuery;
pub use work_pools::ScheduledRunsQuery;

/// Which part of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    /// How many at most; the server's limit, 200, where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How many are skipped.
    pub offset: u32,
}

/// What lists of flows and runs are narrowed by.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Filters {
    /// By flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flows: Option<FlowFilter>,
    /// By flow run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_runs: Option<FlowRunFilter>,
    /// By task run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_runs: Option<TaskRunFilter>,
}
