//! Rows of the log as events.
//!
//! A state's event is not stored: its resource, related resources and payload are rendered from the state,
//! its run and the flow.

use std::collections::{BTreeMap, HashMap};

use milliways_model::event::Resource;
use milliways_model::{
    EventId, FlowRunId, Json, JsonObject, ReceivedEvent, StateType, Timestamp, Uuid,
};
use serde_json::json;

use crate::db::{Conn, DbError, Row, params, statements};
use crate::tables::event::Body;
use crate::tables::read_text;

/// The columns of a row `e` that is rendered.
pub(crate) const COLUMNS: &str = "e.seq, e.id, e.occurred, e.received, e.name, e.follows, e.body, e.run_id, \
     e.is_flow_run, e.flow_run_id, e.state_type, e.state_name, e.message, e.intended_type, e.data";

statements! {
    FLOW_RUNS = "SELECT r.id, r.name, r.flow_id, f.name, r.deployment_id, d.name, q.id, q.name, w.id, w.name, w.type,
        r.tags, f.tags, d.tags, r.run_count FROM flow_run r LEFT JOIN deployment d ON d.id = r.deployment_id
        LEFT JOIN work_queue q ON q.id = r.work_queue_id LEFT JOIN work_pool w ON w.id = q.work_pool_id
        JOIN flow f ON f.id = r.flow_id WHERE r.id = ANY(?1)";
    TASK_RUNS = "SELECT t.id, t.name, t.tags, t.run_count FROM task_run t WHERE t.id = ANY(?1)";
    INITIAL = "SELECT s.id, s.state_type, s.state_name, s.message FROM event s WHERE s.id = ANY(?1) AND s.run_id IS NOT NULL";
}

/// A row of the log.
pub(crate) struct LogRow {
    pub(crate) seq: i64,
    id: EventId,
    pub(crate) occurred: Timestamp,
    received: Timestamp,
    pub(crate) name: String,
    follows: Option<EventId>,
    body: Option<String>,
    run: Option<Uuid>,
    is_flow_run: bool,
    flow_run: Option<FlowRunId>,
    state_type: Option<StateType>,
    state_name: Option<String>,
    message: Option<String>,
    intended: Option<StateType>,
    data: Option<Json>,
}

pub(crate) fn read(row: &mut Row<'_>) -> Result<LogRow, DbError> {
    Ok(LogRow {
        seq: row.take()?,
        id: row.take()?,
        occurred: row.take()?,
        received: row.take()?,
        name: row.take()?,
        follows: row.take()?,
        body: row.take()?,
        run: row.take()?,
        is_flow_run: row.take::<Option<bool>>()?.unwrap_or(false),
        flow_run: row.take()?,
        state_type: row.take()?,
        state_name: row.take()?,
        message: row.take()?,
        intended: row.take()?,
        data: row.take()?,
    })
}

struct FlowRunFacts {
    name: String,
    /// The flow, the deployment, the queue and the pool that it belongs to.
    related: Vec<Resource>,
    /// Its own tags and those of its flow and deployment.
    tags: Vec<String>,
    run_count: i64,
}

impl FlowRunFacts {
    fn read(row: &mut Row<'_>) -> Result<Self, DbError> {
        let name = row.take()?;
        let mut related = Vec::new();
        for kind in ["flow", "deployment", "work-queue", "work-pool"] {
            let id: Option<Uuid> = row.take()?;
            let name: Option<String> = row.take()?;
            let Some(id) = id else { continue };
            let id = format!("prefect.{kind}.{id}");
            related.push(Resource::related(id, kind, name.as_deref()));
        }
        if let (Some(kind), Some(pool)) = (row.take::<Option<String>>()?, related.last_mut()) {
            pool.0.insert("prefect.work-pool.type".to_owned(), kind);
        }
        let mut tags: Vec<String> = Vec::new();
        for _ in ["run", "flow", "deployment"] {
            let more: Option<Vec<String>> = row.parse_optional()?;
            tags.extend(more.unwrap_or_default());
        }
        Ok(Self {
            name,
            related,
            tags,
            run_count: row.take()?,
        })
    }
}

struct TaskRunFacts {
    name: String,
    tags: Vec<String>,
    run_count: i64,
}

type Initial = (StateType, String, Option<String>);

#[derive(Default)]
struct Facts {
    flow_runs: HashMap<Uuid, FlowRunFacts>,
    task_runs: HashMap<Uuid, TaskRunFacts>,
    initial: HashMap<Uuid, Initial>,
}

/// Renders rows as events, in their order.
pub(crate) async fn events(conn: &Conn, rows: Vec<LogRow>) -> Result<Vec<ReceivedEvent>, DbError> {
    let facts = Facts::load(conn, &rows).await?;
    Ok(rows.into_iter().map(|row| event(row, &facts)).collect())
}

impl Facts {
    async fn load(conn: &Conn, rows: &[LogRow]) -> Result<Self, DbError> {
        let states: Vec<&LogRow> = rows
            .iter()
            .filter(|row| row.body.is_none() && row.run.is_some())
            .collect();
        let mut facts = Self::default();
        if states.is_empty() {
            return Ok(facts);
        }
        let mut flow_runs: Vec<Uuid> = Vec::new();
        let mut task_runs: Vec<Uuid> = Vec::new();
        for row in &states {
            let runs = if row.is_flow_run {
                &mut flow_runs
            } else {
                &mut task_runs
            };
            runs.extend(row.run);
            flow_runs.extend(row.flow_run.map(|id| id.0));
        }
        for ids in [&mut flow_runs, &mut task_runs] {
            ids.sort_unstable();
            ids.dedup();
        }
        let found = conn
            .query(&FLOW_RUNS, &params![flow_runs], |row| {
                let id: Uuid = row.take()?;
                let facts = FlowRunFacts::read(row)?;
                Ok((id, facts))
            })
            .await?;
        facts.flow_runs = found.into_iter().collect();
        let found = conn
            .query(&TASK_RUNS, &params![task_runs], |row| {
                let id: Uuid = row.take()?;
                let facts = TaskRunFacts {
                    name: row.take()?,
                    tags: row.parse()?,
                    run_count: row.take()?,
                };
                Ok((id, facts))
            })
            .await?;
        facts.task_runs = found.into_iter().collect();
        let before: Vec<Uuid> = states
            .iter()
            .filter_map(|row| row.follows.map(|id| id.0))
            .collect();
        let found = conn
            .query(&INITIAL, &params![before], |row| {
                Ok((row.take::<Uuid>()?, (row.take()?, row.take()?, row.take()?)))
            })
            .await?;
        facts.initial = found.into_iter().collect();
        Ok(facts)
    }
}

fn event(row: LogRow, facts: &Facts) -> ReceivedEvent {
    let (resource, related, payload) = match (&row.body, row.run) {
        (Some(body), _) => {
            let body: Body = read_text(body);
            (body.resource, body.related, body.payload)
        }
        (None, Some(run)) => state_event(&row, run, facts),
        (None, None) => (Resource::default(), Vec::new(), JsonObject::default()),
    };
    ReceivedEvent {
        occurred: row.occurred,
        event: row.name,
        resource,
        related,
        payload,
        id: row.id,
        follows: row.follows,
        received: row.received,
    }
}

/// Tags of a run that its events are related to. A run may have more; every subscriber is sent these.
const TAGS: usize = 100;

fn state_event(row: &LogRow, run: Uuid, facts: &Facts) -> (Resource, Vec<Resource>, JsonObject) {
    let mut labels = BTreeMap::new();
    let mut related = Vec::new();
    let mut tags: Vec<&String> = Vec::new();
    let flow_run_id = if row.is_flow_run {
        Some(run)
    } else {
        row.flow_run.map(|id| id.0)
    };
    let flow_run = flow_run_id.and_then(|id| facts.flow_runs.get(&id));
    let (kind, name, run_count) = if row.is_flow_run {
        let name = flow_run.map_or("", |run| run.name.as_str());
        ("flow-run", name, flow_run.map_or(0, |run| run.run_count))
    } else {
        let task_run = facts.task_runs.get(&run);
        tags.extend(task_run.into_iter().flat_map(|run| &run.tags));
        labels.insert("prefect.orchestration".to_owned(), "client".to_owned());
        let name = task_run.map_or("", |run| run.name.as_str());
        ("task-run", name, task_run.map_or(0, |run| run.run_count))
    };
    labels.insert(Resource::ID.to_owned(), format!("prefect.{kind}.{run}"));
    labels.insert(Resource::NAME.to_owned(), name.to_owned());
    labels.insert("prefect.run-count".to_owned(), run_count.to_string());
    labels.insert(
        "prefect.state-message".to_owned(),
        row.message.clone().unwrap_or_default(),
    );
    labels.insert(
        "prefect.state-name".to_owned(),
        row.state_name.clone().unwrap_or_default(),
    );
    labels.insert(
        "prefect.state-timestamp".to_owned(),
        row.occurred.to_string(),
    );
    let state_type = row.state_type.map_or("", StateType::as_str);
    labels.insert("prefect.state-type".to_owned(), state_type.to_owned());
    if let Some(flow_run) = flow_run {
        if !row.is_flow_run
            && let Some(id) = flow_run_id
        {
            let id = format!("prefect.flow-run.{id}");
            related.push(Resource::related(id, "flow-run", Some(&flow_run.name)));
        }
        related.extend(flow_run.related.iter().cloned());
        tags.extend(&flow_run.tags);
    }
    tags.sort_unstable();
    tags.dedup();
    related.extend(
        tags.into_iter()
            .take(TAGS)
            .map(|tag| Resource::related(format!("prefect.tag.{tag}"), "tag", None)),
    );
    (Resource(labels), related, payload(row, facts))
}

fn payload(row: &LogRow, facts: &Facts) -> JsonObject {
    let initial = row.follows.and_then(|id| facts.initial.get(&id.0));
    let from = initial.map(|(kind, _, _)| kind.as_str());
    let to = row.intended.or(row.state_type).map(StateType::as_str);
    let initial_state = initial.map(|(kind, name, message)| {
        json!({"type": kind.as_str(), "name": name, "message": message.as_deref().unwrap_or("")})
    });
    let mut validated = serde_json::Map::new();
    validated.insert(
        "type".to_owned(),
        json!(row.state_type.map(StateType::as_str)),
    );
    validated.insert("name".to_owned(), json!(row.state_name));
    validated.insert(
        "message".to_owned(),
        json!(row.message.as_deref().unwrap_or("")),
    );
    if let Some(data) = &row.data {
        validated.insert("data".to_owned(), data.to_value());
    }
    let map = serde_json::Map::from_iter([
        ("intended".to_owned(), json!({"from": from, "to": to})),
        ("initial_state".to_owned(), json!(initial_state)),
        ("validated_state".to_owned(), json!(validated)),
    ]);
    JsonObject::from_map(&map)
}
