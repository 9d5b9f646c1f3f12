//! `/ui/flows`: what pages ask for.

use std::collections::BTreeMap;

use milliways_model::FlowId;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok, required};
use crate::bodies::CountDeploymentsOf;
use crate::extract::{Body, Workspace, check};

/// The most flows at once.
const MOST: i64 = 200;

pub(super) fn routes() -> Routes {
    Routes::default().add(routes!(count_deployments_by_flow))
}

/// How many deployments each of the given flows has.
#[utoipa::path(post, path = "/ui/flows/count-deployments", tag = "UI", request_body = CountDeploymentsOf,
    responses((status = 200, body = BTreeMap<String, i64>, description = "Counts by flow")))]
async fn count_deployments_by_flow(
    Workspace(scope): Workspace,
    Body(body): Body<CountDeploymentsOf>,
) -> Answer {
    let ids = required(body.flow_ids, "flow_ids")?;
    check(
        i64::try_from(ids.len()).unwrap_or(i64::MAX),
        0,
        MOST,
        "flow_ids",
    )?;
    let mut counts: BTreeMap<FlowId, i64> = ids.iter().map(|id| (*id, 0)).collect();
    counts.extend(scope.count_deployments_by_flow(ids).await?);
    ok(&counts)
}
