//! `/ui/flows`: what pages ask for.

use std::collections::BTreeMap;

use milliways_model::FlowId;
use milliways_model::flow_run::SimpleNextFlowRun;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok, required};
use crate::bodies::{CountDeploymentsOf, NextRunsOf};
use crate::extract::{Body, Workspace, check};

/// The most flows at once.
const MOST: i64 = 200;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(count_deployments_by_flow))
        .add(routes!(next_runs_by_flow))
}

/// The next run of a flow, or null: for the API document, whose maps can't say so.
struct MaybeNextFlowRun;

impl utoipa::PartialSchema for MaybeNextFlowRun {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(<SimpleNextFlowRun as utoipa::PartialSchema>::schema())
            .item(ObjectBuilder::new().schema_type(Type::Null))
            .into()
    }
}

impl utoipa::ToSchema for MaybeNextFlowRun {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        <SimpleNextFlowRun as utoipa::ToSchema>::schemas(schemas);
    }
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

/// The next scheduled run of each of the given flows; null for those without one.
#[utoipa::path(post, path = "/ui/flows/next-runs", tag = "UI", request_body = NextRunsOf,
    responses((status = 200, body = BTreeMap<String, MaybeNextFlowRun>, description = "Runs by flow")))]
async fn next_runs_by_flow(Workspace(scope): Workspace, Body(body): Body<NextRunsOf>) -> Answer {
    let ids = required(body.flow_ids, "flow_ids")?;
    check(
        i64::try_from(ids.len()).unwrap_or(i64::MAX),
        0,
        MOST,
        "flow_ids",
    )?;
    let mut runs: BTreeMap<FlowId, Option<SimpleNextFlowRun>> =
        ids.iter().map(|id| (*id, None)).collect();
    let next = scope.next_runs(ids).await?;
    runs.extend(next.into_iter().map(|run| (run.flow_id, Some(run))));
    ok(&runs)
}
