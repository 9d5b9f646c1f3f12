//! `/ui/task_runs`: what pages ask for.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::{StateType, TaskRunId, Timestamp};
use milliways_storage::Span;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok, required};
use crate::app::Shared;
use crate::bodies::{CountByState, CountTaskRunsByState, DashboardCounts, TaskRunCount, UiTaskRun};
use crate::extract::{Body, Id, OptionalBody, Workspace};
use crate::problem::Problem;

/// How many parts the dashboard's time is cut into.
const PARTS: usize = 20;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(read_dashboard_task_run_counts))
        .add(routes!(read_task_run_counts_by_state))
        .add(routes!(read_task_run_with_flow_run_name))
}

/// Task runs that have ended, by their start, in twenty equal parts of the time since `task_runs.start_time.after_`.
#[utoipa::path(post, path = "/ui/task_runs/dashboard/counts", tag = "UI", request_body = DashboardCounts,
    responses((status = 200, body = Vec<TaskRunCount>, description = "One for each part")))]
async fn read_dashboard_task_run_counts(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Body(mut body): Body<DashboardCounts>,
) -> Answer {
    let filters = body.filters();
    let times = required(filters.task_runs.as_ref(), "task_runs")?
        .start_time
        .clone();
    let start = times.as_ref().and_then(|time| time.after_).ok_or_else(|| {
        let text = "task_runs.start_time.after_ is required";
        Problem::detail(StatusCode::UNPROCESSABLE_ENTITY, "missing_start", text)
    })?;
    let end = times
        .and_then(|time| time.before_)
        .unwrap_or_else(|| app.store.clock().now());
    let starts = scope.task_run_starts(filters, parts_of(start, end)).await?;
    ok(&counts(&starts))
}

/// Whole minutes, cut into equal parts.
fn parts_of(start: Timestamp, end: Timestamp) -> Span {
    let minute = 60_000_000;
    let whole = |time: Timestamp| time.as_micros().div_euclid(minute) * minute;
    let start = Timestamp::from_micros(whole(start));
    let end = Timestamp::from_micros(whole(end) + minute);
    #[expect(clippy::cast_precision_loss, reason = "twenty")]
    let interval_seconds = (end.seconds_since(start) / PARTS as f64).max(1.0);
    Span {
        start,
        end,
        interval_seconds,
    }
}

fn counts(starts: &[BTreeMap<StateType, i64>]) -> [TaskRunCount; PARTS] {
    let mut counts = [TaskRunCount::default(); PARTS];
    for (place, part) in starts.iter().enumerate() {
        // Rounding may leave a last part of next to no time.
        let count = &mut counts[place.min(PARTS - 1)];
        for (kind, runs) in part {
            match kind {
                StateType::Failed | StateType::Crashed => count.failed += runs,
                ended if ended.is_terminal() => count.completed += runs,
                _ => {}
            }
        }
    }
    counts
}

/// How many task runs are in a state of each type.
#[utoipa::path(post, path = "/ui/task_runs/count", tag = "UI", request_body = Option<CountTaskRunsByState>,
    responses((status = 200, body = CountByState, description = "The counts")))]
async fn read_task_run_counts_by_state(
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<CountTaskRunsByState>,
) -> Answer {
    ok(&CountByState::of(
        scope.count_task_runs_by_state(body.filters()).await?,
    ))
}

/// Read a task run, with its flow run's name.
#[utoipa::path(get, path = "/ui/task_runs/{id}", tag = "UI",
    params(("id" = TaskRunId, Path, description = "The task run's id")),
    responses((status = 200, body = UiTaskRun, description = "The task run")))]
async fn read_task_run_with_flow_run_name(
    Workspace(scope): Workspace,
    Id(id): Id<TaskRunId>,
) -> Answer {
    let run = scope
        .task_run(id)
        .await?
        .ok_or_else(|| Problem::not_found("Task"))?;
    let flow_run = match run.flow_run_id {
        Some(id) => scope.flow_run(id).await?,
        None => None,
    };
    ok(&UiTaskRun {
        run,
        flow_run_name: flow_run.map(|run| run.name),
    })
}
