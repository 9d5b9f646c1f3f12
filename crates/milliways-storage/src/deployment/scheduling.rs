//! The runs that schedules make ahead.
//!
//! A run is known by its schedule and its time, so that making it twice has one effect. Each schedule says when it
//! has to be looked at next: when so much of what was made is past that there is too little ahead.

use std::collections::HashSet;

use milliways_model::flow_run::CreatedBy;
use milliways_model::names::generate;
use milliways_model::{
    DeploymentId, DeploymentSchedule, FlowRun, FlowRunId, State, StateId, StateType, Timestamp,
    WorkspaceId, uuid7,
};
use milliways_orchestration::{Client, Policy};
use milliways_schedule::MOST_DATES;

use crate::db::Tx;
use crate::error::StoreError;
use crate::labels;
use crate::schedules::{moment, read_stored};
use crate::scope::draw;
use crate::tables::deployment::{self, Stored};
use crate::tables::{deployment_schedule, flow_run};
use crate::transition::Transitions;

/// How soon a schedule is looked at again at the earliest, in seconds.
const REST: f64 = 5.0;
/// How soon a schedule is looked at again whose next time is too far away to be made, in seconds.
const FAR: f64 = 86_400.0;

/// How much is made ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Horizon {
    /// So many runs at least, where that is within the end.
    pub min_runs: usize,
    /// So many runs at most.
    pub max_runs: usize,
    /// Runs for so long at least, in seconds.
    pub min_seconds: f64,
    /// Runs until this far ahead at most, in seconds.
    pub max_seconds: f64,
}

impl Default for Horizon {
    /// Three runs and an hour at least, a hundred runs and a hundred days at most.
    fn default() -> Self {
        Self {
            min_runs: 3,
            max_runs: 100,
            min_seconds: 3_600.0,
            max_seconds: 100.0 * 86_400.0,
        }
    }
}

/// From when to when runs are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) min_seconds: f64,
    pub(crate) min_runs: usize,
    pub(crate) max_runs: usize,
}

impl Span {
    pub(crate) fn of(horizon: &Horizon, start: Timestamp) -> Self {
        Self {
            start,
            end: start.plus_seconds(horizon.max_seconds),
            min_seconds: horizon.min_seconds,
            min_runs: horizon.min_runs,
            max_runs: horizon.max_runs,
        }
    }
}

/// The times of a schedule within a span, and when to look at it again.
struct Plan {
    dates: Vec<Timestamp>,
    look_at: Option<Timestamp>,
}

/// As many times as there have to be, and no more.
fn plan(schedule: &DeploymentSchedule, span: &Span, now: Timestamp) -> Option<Plan> {
    let read = read_stored(&schedule.schedule).ok()?;
    let most = schedule
        .max_scheduled_runs
        .and_then(|most| usize::try_from(most).ok());
    let max_runs = span
        .max_runs
        .min(most.unwrap_or(usize::MAX))
        .min(MOST_DATES);
    let min_runs = span.min_runs.clamp(1, max_runs.max(1));
    let mut dates: Vec<Timestamp> = Vec::new();
    let mut look_at = None;
    for date in read.dates(moment(span.start)?) {
        let date = Timestamp::from_micros(date.as_microsecond());
        if date > span.end {
            // Its time comes when it is within reach.
            look_at = Some(now.plus_seconds(FAR));
            break;
        }
        let is_enough = dates.len() >= span.min_runs
            && dates
                .last()
                .is_some_and(|last| *last >= span.start.plus_seconds(span.min_seconds));
        if is_enough || dates.len() >= max_runs {
            let when_few = dates
                .len()
                .checked_sub(min_runs)
                .and_then(|place| dates.get(place));
            let when_near = dates
                .last()
                .map(|last| last.plus_seconds(-span.min_seconds));
            let next = [when_few.copied(), when_near].into_iter().flatten().min();
            look_at = Some(next.unwrap_or(now).max(now.plus_seconds(REST)));
            break;
        }
        dates.push(date);
    }
    Some(Plan { dates, look_at })
}

/// Makes the runs of those schedules of a deployment that are to be looked at; gives how many.
pub(crate) async fn look(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    horizon: &Horizon,
) -> Result<u64, StoreError> {
    let Some(stored) = deployment::lock(tx, workspace, id).await? else {
        return Ok(0);
    };
    let mut made = 0;
    for schedule in deployment_schedule::due(tx, workspace, id).await? {
        let span = Span::of(horizon, tx.now);
        // A deployment that goes on, or changes, has its schedules looked at again.
        let is_off = stored.deployment.paused || !schedule.active;
        let planned = if is_off {
            None
        } else {
            plan(&schedule, &span, tx.now)
        };
        let look_at = planned.as_ref().and_then(|plan| plan.look_at);
        if let Some(plan) = planned {
            made += make(tx, workspace, &stored, &schedule, &plan.dates).await?;
        }
        deployment_schedule::look_again(tx, workspace, schedule.id, look_at).await?;
    }
    Ok(made)
}

/// Makes the runs of all active schedules of a deployment within a span; gives how many.
pub(crate) async fn make_within(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    span: &Span,
) -> Result<u64, StoreError> {
    let Some(stored) = deployment::lock(tx, workspace, id).await? else {
        return Ok(0);
    };
    let mut made = 0;
    for schedule in super::schedules::of(tx, workspace, id).await? {
        if !schedule.active {
            continue;
        }
        if let Some(plan) = plan(&schedule, span, tx.now) {
            made += make(tx, workspace, &stored, &schedule, &plan.dates).await?;
        }
    }
    Ok(made)
}

/// What a run of a schedule is known by.
fn key(stored: &Stored, schedule: &DeploymentSchedule, date: Timestamp) -> String {
    format!("scheduled {} {} {date}", stored.deployment.id, schedule.id)
}

async fn make(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    stored: &Stored,
    schedule: &DeploymentSchedule,
    dates: &[Timestamp],
) -> Result<u64, StoreError> {
    let keys: Vec<String> = dates
        .iter()
        .map(|date| key(stored, schedule, *date))
        .collect();
    let known: HashSet<String> = flow_run::known_keys(tx, stored.deployment.flow_id, keys)
        .await?
        .into_iter()
        .collect();
    let mut runs: Vec<(FlowRun, Timestamp)> = dates
        .iter()
        .map(|date| (key(stored, schedule, *date), *date))
        .filter(|(key, _)| !known.contains(key))
        .map(|(key, date)| (run_of(tx, stored, schedule, key), date))
        .collect();
    if runs.is_empty() {
        return Ok(0);
    }
    let rows: Vec<&FlowRun> = runs.iter().map(|(run, _)| run).collect();
    let inserted = flow_run::insert_all(tx, workspace, &rows).await?;
    runs.retain(|(run, _)| inserted.contains(&run.id));
    let mut transitions = Transitions::new(tx, workspace, draw);
    for (row, date) in &runs {
        transitions.add_flow_run(row);
        let mut state = State::new(StateId(uuid7(tx.now, draw())), StateType::Scheduled, tx.now);
        state.message = Some("Flow run scheduled".to_owned());
        state.state_details.scheduled_time = Some(*date);
        transitions
            .set(row.id.0, state, |_, _| Policy::MinimalFlow, Client::CURRENT)
            .await?;
    }
    transitions.finish().await?;
    Ok(u64::try_from(runs.len()).unwrap_or(0))
}

fn run_of(tx: &Tx<'_>, stored: &Stored, schedule: &DeploymentSchedule, key: String) -> FlowRun {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "64 of 128 random bits are wanted"
    )]
    let bits = draw() as u64;
    let it = &stored.deployment;
    let mut tags = vec!["auto-scheduled".to_owned()];
    tags.extend(it.tags.iter().cloned());
    FlowRun {
        deployment_id: Some(it.id),
        deployment_version: it.version.clone(),
        work_queue_id: it.work_queue_id,
        work_queue_name: it.work_queue_name.clone(),
        parameters: super::flow_runs::overlaid(&it.parameters, &schedule.parameters),
        infrastructure_document_id: it.infrastructure_document_id,
        idempotency_key: Some(key),
        tags,
        labels: labels::of_deployment_run(it, None),
        auto_scheduled: true,
        created_by: Some(CreatedBy {
            id: Some(schedule.id.0),
            kind: Some("SCHEDULE".to_owned()),
            display_value: Some(
                schedule
                    .slug
                    .clone()
                    .unwrap_or_else(|| schedule.schedule.kind().to_owned()),
            ),
        }),
        ..FlowRun::new(FlowRunId(uuid7(tx.now, draw())), generate(bits), it.flow_id)
    }
}
