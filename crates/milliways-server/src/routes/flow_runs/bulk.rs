//! `/flow_runs/bulk_delete` and `/flow_runs/bulk_set_state`: up to fifty runs at once.

use milliways_model::sort::FlowRunSort;
use milliways_model::{FlowRun, FlowRunId};
use milliways_storage::{Filters, Page, Scope, Set, StoreError};
use utoipa_axum::routes;

use crate::bodies::{
    BulkDeleteFlowRuns, BulkSetFlowRunState, FlowRunBulkDeleteResponse,
    FlowRunBulkSetStateResponse, FlowRunOrchestrationResult,
};
use crate::extract::{Body, Caller, OptionalBody, Workspace, check};
use crate::problem::Problem;
use crate::routes::Routes;
use crate::routes::reply::{Answer, ok};

/// The most runs at once.
pub(crate) const MOST: i64 = 50;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(bulk_delete_flow_runs))
        .add(routes!(bulk_set_flow_run_state))
}

/// Delete up to fifty flow runs that match.
#[utoipa::path(post, path = "/flow_runs/bulk_delete", tag = "Flow Runs", request_body = Option<BulkDeleteFlowRuns>,
    responses((status = 200, body = FlowRunBulkDeleteResponse, description = "Those that were deleted")))]
async fn bulk_delete_flow_runs(
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<BulkDeleteFlowRuns>,
) -> Answer {
    let runs = matching(&scope, body.flow_runs, body.limit).await?;
    let mut deleted = Vec::with_capacity(runs.len());
    for FlowRun { id, .. } in runs {
        if scope.delete_flow_run(id).await? {
            deleted.push(id);
        }
    }
    ok(&FlowRunBulkDeleteResponse { deleted })
}

/// Propose a state for up to fifty flow runs that match.
#[utoipa::path(post, path = "/flow_runs/bulk_set_state", tag = "Flow Runs", request_body = BulkSetFlowRunState,
    responses((status = 200, body = FlowRunBulkSetStateResponse, description = "What became of each")))]
async fn bulk_set_flow_run_state(
    Workspace(scope): Workspace,
    Caller(client): Caller,
    Body(body): Body<BulkSetFlowRunState>,
) -> Answer {
    let set = Set {
        force: body.force,
        client,
    };
    let runs = matching(&scope, body.flow_runs, body.limit).await?;
    let ids: Vec<FlowRunId> = runs.into_iter().map(|run| run.id).collect();
    // Proposed together, so that the store commits them together.
    let proposals = ids
        .iter()
        .map(|id| scope.set_flow_run_state(*id, body.state.clone(), set));
    let outcomes = futures_util::future::try_join_all(proposals).await?;
    let results = ids
        .into_iter()
        .zip(outcomes)
        .filter_map(|(flow_run_id, outcome)| {
            let result = outcome?.result;
            let (status, state, details) = (result.status, result.state, result.details);
            Some(FlowRunOrchestrationResult {
                flow_run_id,
                status,
                state,
                details,
            })
        });
    ok(&FlowRunBulkSetStateResponse {
        results: results.collect(),
    })
}

async fn matching(
    scope: &Scope,
    flow_runs: Option<milliways_model::filter::FlowRunFilter>,
    limit: Option<i64>,
) -> Result<Vec<FlowRun>, Problem> {
    let limit = limit.unwrap_or(MOST);
    check(limit, 1, MOST, "limit")?;
    let filters = Filters {
        flow_runs,
        ..Filters::default()
    };
    let found: Result<_, StoreError> = scope
        .flow_runs(filters, FlowRunSort::IdDesc, Page { limit, offset: 0 })
        .await;
    Ok(found?)
}
