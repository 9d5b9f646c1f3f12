//! Bodies about several objects at once.

use milliways_model::filter::{FlowFilter, FlowRunFilter};
use milliways_model::orchestration::SetStateDetails;
use milliways_model::{FlowId, FlowRunId, SetStateStatus, State, StateCreate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which flow runs to delete.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_bulk_delete_flow_runs_flow_runs_bulk_delete_post)]
pub(crate) struct BulkDeleteFlowRuns {
    /// Those that match; all unless given.
    pub(crate) flow_runs: Option<FlowRunFilter>,
    /// How many at most.
    #[schema(value_type = i64, required = false, minimum = 1, maximum = 50, default = 50)]
    pub(crate) limit: Option<i64>,
}

/// The flow runs that were deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowRunBulkDeleteResponse {
    /// Their ids.
    pub(crate) deleted: Vec<FlowRunId>,
}

/// Which flows to delete.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_bulk_delete_flows_flows_bulk_delete_post)]
pub(crate) struct BulkDeleteFlows {
    /// Those that match; all unless given.
    pub(crate) flows: Option<FlowFilter>,
    /// How many at most.
    #[schema(value_type = i64, required = false, minimum = 1, maximum = 50, default = 50)]
    pub(crate) limit: Option<i64>,
}

/// The flows that were deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowBulkDeleteResponse {
    /// Their ids.
    pub(crate) deleted: Vec<FlowId>,
}

/// A proposed state, and for which flow runs.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_bulk_set_flow_run_state_flow_runs_bulk_set_state_post)]
pub(crate) struct BulkSetFlowRunState {
    /// Those that match; all unless given.
    #[serde(default)]
    pub(crate) flow_runs: Option<FlowRunFilter>,
    /// The state.
    pub(crate) state: StateCreate,
    /// Whether most rules are passed over.
    #[serde(default, deserialize_with = "super::null_is_default")]
    pub(crate) force: bool,
    /// How many at most.
    #[serde(default)]
    #[schema(value_type = i64, required = false, minimum = 1, maximum = 50, default = 50)]
    pub(crate) limit: Option<i64>,
}

/// What became of the proposed states.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowRunBulkSetStateResponse {
    /// One for each flow run.
    pub(crate) results: Vec<FlowRunOrchestrationResult>,
}

/// What became of a flow run's proposed state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FlowRunOrchestrationResult {
    /// The flow run.
    pub(crate) flow_run_id: FlowRunId,
    /// What became of it.
    pub(crate) status: SetStateStatus,
    /// The run's state now.
    pub(crate) state: Option<State>,
    /// Why.
    pub(crate) details: SetStateDetails,
}
