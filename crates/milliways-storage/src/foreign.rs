//! Task runs that clients report only by events.
//!
//! Since version 3 Prefect's clients decide about their task runs themselves and tell of them by events named
//! `prefect.task-run.<State>` with the label `prefect.orchestration=client`. Each becomes a state, through
//! the same function as every other: the state's id is the event's, its time is when the event occurred.

use std::collections::{HashMap, HashSet};

use milliways_model::event::Resource;
use milliways_model::{
    Event, FlowRunId, JsonObject, State, StateId, StateType, TaskRun, TaskRunId, TaskRunPolicy,
    Timestamp, WorkspaceId,
};
use serde::Deserialize;

use crate::db::{DbError, Tx};
use crate::heartbeats;
use crate::tables::{event, flow_run, task_run};
use crate::transition::Transitions;

/// Stores events, those that are stored already left out, and records the task runs they tell of, where that is
/// wanted. Gives how many
/// reports were about a new task run of a flow run that does not exist, mostly because it was deleted meanwhile: such
/// a task run would belong to nothing, so that only the event is kept.
pub(crate) async fn record_events(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    events: &[Event],
    records_reports: bool,
    draw: impl FnMut() -> u128 + 'static,
) -> Result<u64, DbError> {
    let ids = events.iter().map(|event| event.id.0).collect();
    let mut known: HashSet<_> = event::known(tx, ids).await?.into_iter().collect();
    let mut plain = Vec::new();
    let mut reports = Vec::new();
    for event in events {
        // Within one batch an id can come twice, too.
        if !known.insert(event.id) {
            continue;
        }
        match Report::read(event).filter(|_| records_reports) {
            Some(report) => reports.push(report),
            None => plain.push(event),
        }
    }
    let mut transitions = Transitions::new(tx, workspace, draw);
    let ids = reports.iter().map(|report| report.task_run).collect();
    transitions.load_task_runs(ids).await?;
    let parents = reports
        .iter()
        .filter(|report| !transitions.has(report.task_run))
        .filter_map(|report| report.flow_run);
    let parents: HashSet<FlowRunId> = parents.collect();
    let present = flow_run::present(tx, workspace, &parents).await?;
    let is_orphan = |flow_run| parents.contains(&flow_run) && !present.contains(&flow_run);
    let (orphans, reports): (Vec<Report<'_>>, Vec<Report<'_>>) =
        reports.into_iter().partition(|report| {
            !transitions.has(report.task_run) && report.flow_run.is_some_and(is_orphan)
        });
    plain.extend(orphans.iter().map(|report| report.event));
    let plain = heartbeats::sift(tx, workspace, plain).await?;
    let rows: Vec<event::NewRow<'_>> = plain.into_iter().map(event::NewRow::Event).collect();
    event::append(tx, workspace, &rows).await?;
    if reports.is_empty() {
        return Ok(orphans.len() as u64);
    }
    // A client may settle on a name only after its first report.
    let mut renamed = HashMap::new();
    for report in &reports {
        record(tx, workspace, &mut transitions, report, &mut renamed).await?;
    }
    transitions.finish().await?;
    let names = renamed.into_iter().collect();
    task_run::set_names(tx, workspace, names).await?;
    Ok(orphans.len() as u64)
}

async fn record<'r>(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    transitions: &mut Transitions<'_, '_>,
    report: &'r Report<'_>,
    renamed: &mut HashMap<TaskRunId, &'r str>,
) -> Result<(), DbError> {
    let mut id = report.task_run;
    if !transitions.has(id) {
        // The same call of the same flow run may be known by another id.
        let twin = match (
            report.flow_run,
            &report.told.task_key,
            &report.told.dynamic_key,
        ) {
            (Some(flow_run), Some(task_key), Some(dynamic_key)) => {
                let keys = (task_key.as_str(), dynamic_key.as_str());
                task_run::flow_and_same(tx, workspace, flow_run, keys)
                    .await?
                    .and_then(|(_, same)| same)
            }
            _ => None,
        };
        match twin {
            Some(twin) => {
                id = twin;
                transitions.load_task_runs(vec![id]).await?;
            }
            None => transitions.create_task_run(report.task_run(workspace)),
        }
    }
    let state = report.state.clone();
    if transitions.record(id.0, state, Some(report.event.clone()))
        && let Some(run) = transitions.run_mut(id)
    {
        // The client has counted and timed the run itself; what it tells holds.
        let told = &report.told;
        run.run_count = told.run_count.unwrap_or(run.run_count);
        run.flow_run_run_count = told.flow_run_run_count.unwrap_or(run.flow_run_run_count);
        run.total_run_time = told.total_run_time.unwrap_or(run.total_run_time);
        run.start_time = told.start_time.or(run.start_time);
        run.end_time = told.end_time.or(run.end_time);
        run.expected_start_time = told.expected_start_time.or(run.expected_start_time);
        if let Some(name) = &told.name
            && !transitions.rename_created(id, name)
        {
            renamed.insert(id, name);
        }
    }
    Ok(())
}

/// What an event tells of a task run.
struct Report<'e> {
    event: &'e Event,
    task_run: TaskRunId,
    flow_run: Option<FlowRunId>,
    state: State,
    told: ToldTaskRun,
}

#[derive(Deserialize)]
struct Payload {
    validated_state: ToldState,
    #[serde(default)]
    task_run: ToldTaskRun,
}

#[derive(Deserialize)]
struct ToldState {
    r#type: StateType,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    data: Option<milliways_model::Json>,
    #[serde(default)]
    state_details: Option<milliways_model::StateDetails>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ToldTaskRun {
    name: Option<String>,
    task_key: Option<String>,
    dynamic_key: Option<String>,
    cache_key: Option<String>,
    cache_expiration: Option<Timestamp>,
    task_version: Option<String>,
    empirical_policy: Option<TaskRunPolicy>,
    tags: Option<Vec<String>>,
    labels: Option<JsonObject>,
    task_inputs: Option<JsonObject>,
    run_count: Option<i64>,
    flow_run_run_count: Option<i64>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    total_run_time: Option<f64>,
    expected_start_time: Option<Timestamp>,
    next_scheduled_start_time: Option<Timestamp>,
}

impl<'e> Report<'e> {
    /// None where the event is no such report, or one that can't be read: then it is an event like any other.
    fn read(event: &'e Event) -> Option<Self> {
        if !event.event.starts_with("prefect.task-run.") {
            return None;
        }
        if event
            .resource
            .0
            .get("prefect.orchestration")
            .map(String::as_str)
            != Some("client")
        {
            return None;
        }
        let task_run = event
            .resource
            .id()
            .strip_prefix("prefect.task-run.")?
            .parse()
            .ok()?;
        let payload: Payload = serde_json::from_str(event.payload.get())
            .inspect_err(
                |error| tracing::warn!(%error, id = %event.id, "unreadable task run event"),
            )
            .ok()?;
        let flow_run = event
            .related
            .iter()
            .find(|related| related.role() == "flow-run")
            .map(Resource::id)
            .and_then(|id| id.strip_prefix("prefect.flow-run.")?.parse().ok());
        let told = payload.validated_state;
        let state = State {
            id: StateId(event.id.0),
            kind: told.r#type,
            name: told
                .name
                .unwrap_or_else(|| told.r#type.default_name().to_owned()),
            timestamp: event.occurred,
            message: told.message,
            data: told.data.filter(|data| !data.is_null()),
            state_details: told.state_details.unwrap_or_default(),
        };
        Some(Self {
            event,
            task_run,
            flow_run,
            state,
            told: payload.task_run,
        })
    }

    fn task_run(&self, _: WorkspaceId) -> TaskRun {
        let told = &self.told;
        TaskRun {
            flow_run_id: self.flow_run,
            cache_key: told.cache_key.clone(),
            cache_expiration: told.cache_expiration,
            task_version: told.task_version.clone(),
            empirical_policy: told.empirical_policy.clone().unwrap_or_default(),
            tags: told.tags.clone().unwrap_or_default(),
            labels: told.labels.clone(),
            task_inputs: told.task_inputs.clone().unwrap_or_default(),
            flow_run_run_count: told.flow_run_run_count.unwrap_or(0),
            expected_start_time: told.expected_start_time,
            next_scheduled_start_time: told.next_scheduled_start_time,
            ..TaskRun::new(
                self.task_run,
                told.name.clone().unwrap_or_default(),
                told.task_key.clone().unwrap_or_default(),
                told.dynamic_key
                    .clone()
                    .unwrap_or_else(|| self.task_run.to_string()),
            )
        }
    }
}
