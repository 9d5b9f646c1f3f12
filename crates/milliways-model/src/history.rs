//! Runs counted by state in equal spans of time.

use serde::{Deserialize, Serialize};

use crate::state::StateType;
use crate::time::Timestamp;

/// One span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryResponse {
    /// From this moment on.
    pub interval_start: Timestamp,
    /// Before this moment.
    pub interval_end: Timestamp,
    /// One for each state that runs of the span are in.
    pub states: Vec<HistoryResponseState>,
}

/// The runs of a span in one state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryResponseState {
    /// The state's type.
    pub state_type: StateType,
    /// The state's name.
    pub state_name: String,
    /// How many.
    pub count_runs: i64,
    /// Seconds.
    pub sum_estimated_run_time: f64,
    /// Seconds.
    pub sum_estimated_lateness: f64,
}
