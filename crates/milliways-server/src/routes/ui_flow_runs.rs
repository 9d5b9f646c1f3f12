//! `/ui/flow_runs`: what pages ask for.

use std::collections::BTreeMap;

use axum::extract::State;
use milliways_model::FlowRunId;
use milliways_model::sort::FlowRunSort;
use milliways_storage::Page;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok, required};
use crate::app::Shared;
use crate::bodies::{CountTaskRunsOf, SimpleFlowRun, SimpleHistory};
use crate::extract::{Body, OptionalBody, Workspace, check};

/// The most points of a chart.
const POINTS: i64 = 1_000;
/// The most runs whose task runs are counted at once.
const COUNTED: i64 = 200;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(read_flow_run_history))
        .add(routes!(count_task_runs_by_flow_run))
}

/// Flow runs as points of a chart: when, how long, how late.
#[utoipa::path(post, path = "/ui/flow_runs/history", tag = "UI", request_body = Option<SimpleHistory>,
    responses((status = 200, body = Vec<SimpleFlowRun>, description = "The points")))]
async fn read_flow_run_history(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<SimpleHistory>,
) -> Answer {
    let limit = body.limit.unwrap_or(POINTS);
    check(limit, 0, POINTS, "limit")?;
    check(body.offset, 0, app.config.limits.offset, "offset")?;
    let sort = body.sort.unwrap_or(FlowRunSort::ExpectedStartTimeDesc);
    let page = Page {
        limit,
        offset: body.offset,
    };
    let runs = scope.flow_runs(body.filters(), sort, page).await?;
    let points = runs.into_iter().filter_map(|run| {
        Some(SimpleFlowRun {
            id: run.id,
            state_type: run.state_type?,
            timestamp: run.start_time.or(run.expected_start_time)?,
            duration: run.estimated_run_time,
            lateness: run.estimated_start_time_delta,
        })
    });
    ok(&points.collect::<Vec<_>>())
}

/// How many task runs each of the given flow runs has.
#[utoipa::path(post, path = "/ui/flow_runs/count-task-runs", tag = "UI", request_body = CountTaskRunsOf,
    responses((status = 200, body = BTreeMap<String, i64>, description = "Counts by flow run")))]
async fn count_task_runs_by_flow_run(
    Workspace(scope): Workspace,
    Body(body): Body<CountTaskRunsOf>,
) -> Answer {
    let ids = required(body.flow_run_ids, "flow_run_ids")?;
    check(
        i64::try_from(ids.len()).unwrap_or(i64::MAX),
        0,
        COUNTED,
        "flow_run_ids",
    )?;
    let mut counts: BTreeMap<FlowRunId, i64> = ids.iter().map(|id| (*id, 0)).collect();
    counts.extend(scope.count_task_runs_by_flow_run(ids).await?);
    ok(&counts)
}
