//! `/ui/task_runs`: what pages ask for.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::history::HistoryResponse;
use milliways_model::{StateType, Timestamp};
use milliways_storage::Span;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, ok, required};
use crate::app::Shared;
use crate::bodies::{CountByState, CountTaskRunsByState, DashboardCounts, TaskRunCount};
use crate::extract::{Body, OptionalBody, Workspace};
use crate::problem::Problem;

/// How many parts the dashboard's time is cut into.
const PARTS: usize = 20;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(read_dashboard_task_run_counts))
        .add(routes!(read_task_run_counts_by_state))
}

/// Task runs that ended, in twenty equal parts of the time since `task_runs.start_time.after_`.
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
    let history = scope
        .task_run_history(filters, parts_of(start, end))
        .await?;
    ok(&counts(&history))
}

fn parts_of(start: Timestamp, end: Timestamp) -> Span {
    #[expect(clippy::cast_precision_loss, reason = "twenty")]
    let interval_seconds = (end.seconds_since(start) / PARTS as f64).max(1.0);
    Span {
        start,
        end,
        interval_seconds,
    }
}

fn counts(history: &[HistoryResponse]) -> [TaskRunCount; PARTS] {
    let mut counts = [TaskRunCount::default(); PARTS];
    for (place, part) in history.iter().enumerate() {
        // Rounding may leave a last part of next to no time.
        let count = &mut counts[place.min(PARTS - 1)];
        for state in &part.states {
            match state.state_type {
                StateType::Completed => count.completed += state.count_runs,
                StateType::Failed | StateType::Crashed => count.failed += state.count_runs,
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
