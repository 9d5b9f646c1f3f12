//! Log lines of runs.

use serde::{Deserialize, Serialize};

use crate::ids::{FlowRunId, LogId, TaskRunId};
use crate::time::Timestamp;

/// A stored log line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Log {
    /// Its id.
    pub id: LogId,
    /// When the server received it.
    pub created: Option<Timestamp>,
    /// The same as `created`: lines never change.
    pub updated: Option<Timestamp>,
    /// The logger's name.
    pub name: String,
    /// Python's levels: 10 debug, 20 info, 30 warning, 40 error, 50 critical.
    pub level: i32,
    /// The text.
    pub message: String,
    /// When it was written.
    pub timestamp: Timestamp,
    /// The flow run that wrote it.
    #[serde(default)]
    pub flow_run_id: Option<FlowRunId>,
    /// The task run that wrote it.
    #[serde(default)]
    pub task_run_id: Option<TaskRunId>,
}

/// A log line as clients send it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LogCreate {
    /// The logger's name.
    pub name: String,
    /// Python's levels: 10 debug to 50 critical.
    pub level: i32,
    /// The text.
    pub message: String,
    /// When it was written.
    pub timestamp: Timestamp,
    /// The flow run that wrote it.
    #[serde(default)]
    pub flow_run_id: Option<FlowRunId>,
    /// The task run that wrote it.
    #[serde(default)]
    pub task_run_id: Option<TaskRunId>,
    /// The worker that wrote it; newer clients send it, lines are not found by it.
    #[serde(default, skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(ignore))]
    pub worker_id: Option<crate::ids::Uuid>,
}
