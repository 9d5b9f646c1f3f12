//! `/ui/flows`: what pages ask for.

use std::collections::BTreeMap;

use milliways_model::FlowId;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok, required};
use crate::bodies::CountDeploymentsOf;
use crate::extract::{Body, check};

/// The most flows at once.
const MOST: i64 = 200;

pub(super) fn routes() -> Routes {
    Routes::default().add(routes!(count_deployments_by_flow))
}

/// How many deployments each of the given flows has: none, as long as deployments are not served.
#[utoipa::path(post, path = "/ui/flows/count-deployments", tag = "UI", request_body = CountDeploymentsOf,
    responses((status = 200, body = BTreeMap<String, i64>, description = "Counts by flow")))]
async fn count_deployments_by_flow(Body(body): Body<CountDeploymentsOf>) -> Answer {
    let ids = required(body.flow_ids, "flow_ids")?;
    check(
        i64::try_from(ids.len()).unwrap_or(i64::MAX),
        0,
        MOST,
        "flow_ids",
    )?;
    ok(&ids
        .into_iter()
        .map(|id| (id, 0))
        .collect::<BTreeMap<FlowId, i64>>())
}
