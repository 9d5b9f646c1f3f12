//! Processes that serve background tasks.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A process that serves background tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskWorkerResponse {
    /// What it calls itself.
    pub identifier: String,
    /// The tasks that it serves.
    pub task_keys: Vec<String>,
    /// When it was last seen.
    pub timestamp: Timestamp,
}
