//! The log: states of runs, which are events, and events that are no states.

use milliways_model::event::Resource;
use milliways_model::{
    Event, EventId, FlowRunId, Json, JsonObject, State, StateId, TaskRunId, Timestamp, Uuid,
    WorkspaceId,
};

use super::{read_text, subject, text_of};
use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, Value, params, statements};

/// The columns of a state, for a row `s`.
pub(crate) const STATE_COLUMNS: &str =
    "s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details";

statements! {
    STATES_OF_RUN = "SELECT s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM event s WHERE s.run_id = ?2 AND (s.workspace_id = ?1) IS TRUE AND s.is_flow_run = ?3
        ORDER BY s.occurred, s.seq LIMIT 10000";
    STATE_BY_ID = "SELECT s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM event s WHERE s.id = ?2 AND (s.workspace_id = ?1) IS TRUE AND s.is_flow_run = ?3";
    KNOWN = "SELECT id FROM event WHERE id = ANY(?1)";
    DELETE_OF_RUNS = "DELETE FROM event WHERE run_id = ANY(?1) AND (workspace_id = ?2) IS TRUE
        RETURNING workspace_id, seq, occurred, state_type, name, body";
    ABOUT = "SELECT b.resource_id, b.occurred, e.id FROM subject b JOIN event e ON e.seq = b.seq
        WHERE b.workspace_id = ?1 AND b.resource_id = ANY(?2) AND b.role = '' AND e.name = ?3";
    DELETE_ROWS = "DELETE FROM event WHERE id = ANY(?1) RETURNING workspace_id, seq, occurred, state_type, name, body";
    DELETE_OLD = "DELETE FROM event WHERE seq IN
        (SELECT seq FROM event WHERE run_id IS NULL AND received < ?1 ORDER BY received LIMIT ?2)
        RETURNING workspace_id, seq, occurred, state_type, name, body";
    NEXT_PLAIN = "SELECT MAX(o.received), COUNT(*) FROM (SELECT e.received FROM event e WHERE e.run_id IS NULL
        AND e.received > ?1 AND e.received < ?2 ORDER BY e.received LIMIT ?3) o";
    DELETE_NAMED = "DELETE FROM event WHERE seq IN (SELECT e.seq FROM event e WHERE e.run_id IS NULL
        AND e.received > ?1 AND e.received <= ?2 AND e.name = ?3)
        RETURNING workspace_id, seq, occurred, state_type, name, body";
}

static INSERT: Bulk = Bulk::insert(
    "event",
    &[
        ("id", Kind::Uuid),
        ("seq", Kind::Int),
        ("workspace_id", Kind::Uuid),
        ("occurred", Kind::Int),
        ("received", Kind::Int),
        ("name", Kind::Text),
        ("resource_id", Kind::Text),
        ("follows", Kind::Uuid),
        ("body", Kind::Text),
        ("run_id", Kind::Uuid),
        ("is_flow_run", Kind::Bool),
        ("flow_run_id", Kind::Uuid),
        ("state_type", Kind::Text),
        ("state_name", Kind::Text),
        ("message", Kind::Text),
        ("data", Kind::Text),
        ("details", Kind::Text),
        ("intended_type", Kind::Text),
    ],
    "ON CONFLICT (id) DO NOTHING",
);

/// The run that a state belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RunRef {
    Flow(FlowRunId),
    Task(TaskRunId, Option<FlowRunId>),
}

impl RunRef {
    pub(crate) fn uuid(self) -> Uuid {
        match self {
            Self::Flow(id) => id.0,
            Self::Task(id, _) => id.0,
        }
    }
}

/// A row to be written.
pub(crate) enum NewRow<'a> {
    /// A state, and so its event.
    State {
        run: RunRef,
        state: &'a State,
        /// The state before it.
        follows: Option<StateId>,
        /// The type that was proposed where a rule made another state of it.
        intended: Option<&'static str>,
        /// What a foreign client sent, where it told of the state by an event.
        body: Option<&'a Event>,
        /// Whether its id was drawn by this transaction, so that there can't be another row of it.
        is_fresh: bool,
    },
    /// An event that is no state.
    Event(&'a Event),
}

/// Appends rows in order. A repeated id is left as it is.
pub(crate) async fn append<'a>(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    rows: &'a [NewRow<'a>],
) -> Result<u64, DbError> {
    if rows.is_empty() {
        return Ok(0);
    }
    let first = tx.take_seq(rows.len()).await?;
    let (fresh, told): (Vec<_>, Vec<_>) = rows.iter().zip(first..).partition(|(row, _)| {
        matches!(
            row,
            NewRow::State {
                is_fresh: true,
                body: None,
                ..
            }
        )
    });
    let values = |(row, seq): &(&'a NewRow<'a>, i64)| columns(row, *seq, workspace, tx.now);
    for (row, _) in &fresh {
        if let NewRow::State { run, state, .. } = row {
            tx.tallies.event(
                workspace,
                state.timestamp,
                state.kind.as_str(),
                &name(*run, state),
                1,
            );
        }
    }
    tx.bulk_later(&INSERT, fresh.iter().map(values).collect())?;
    let rows: Vec<Vec<Value<'_>>> = told.iter().map(values).collect();
    let mut new = tx.insert_new(&INSERT, &rows).await?;
    let count = (new.len() + fresh.len()) as u64;
    let mut subjects = Vec::new();
    for (row, seq) in told {
        let (id, occurred, event) = match row {
            NewRow::State { state, body, .. } => (state.id.0, state.timestamp, *body),
            NewRow::Event(event) => (event.id.0, event.occurred, Some(*event)),
        };
        if !new.remove(&id) {
            continue;
        }
        match row {
            NewRow::State { run, state, .. } => {
                let kind = state.kind.as_str();
                tx.tallies
                    .event(workspace, occurred, kind, &name(*run, state), 1);
            }
            NewRow::Event(event) => tx.tallies.event(workspace, occurred, "", &event.event, 1),
        }
        if let Some(event) = event {
            subjects.extend(subject::rows(
                workspace,
                occurred,
                seq,
                &event.resource,
                &event.related,
            ));
        }
    }
    subject::insert(tx, &subjects).await?;
    Ok(count)
}

/// The name of the event that tells of a state.
fn name(run: RunRef, state: &State) -> String {
    let kind = match run {
        RunRef::Flow(_) => "flow-run",
        RunRef::Task(..) => "task-run",
    };
    format!("prefect.{kind}.{}", state.name)
}

fn columns<'a>(
    row: &NewRow<'a>,
    seq: i64,
    workspace: WorkspaceId,
    now: Timestamp,
) -> Vec<Value<'a>> {
    match row {
        NewRow::State {
            run,
            state,
            follows,
            intended,
            body,
            is_fresh: _,
        } => {
            let (is_flow_run, flow_run) = match run {
                RunRef::Flow(_) => (true, None),
                RunRef::Task(_, flow_run) => (false, *flow_run),
            };
            vec![
                state.id.into(),
                Value::Int(seq),
                workspace.into(),
                state.timestamp.into(),
                now.into(),
                name(*run, state).into(),
                Value::Null,
                (*follows).into(),
                body.map(body_text).into(),
                run.uuid().into(),
                is_flow_run.into(),
                flow_run.into(),
                state.kind.into(),
                (&state.name).into(),
                state.message.as_ref().into(),
                state.data.as_ref().into(),
                super::details::text(&state.state_details).into(),
                (*intended).into(),
            ]
        }
        NewRow::Event(event) => vec![
            event.id.into(),
            Value::Int(seq),
            workspace.into(),
            event.occurred.into(),
            now.into(),
            (&event.event).into(),
            event.resource.id().into(),
            event.follows.into(),
            body_text(event).into(),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Null,
        ],
    }
}

/// What of an event has no column: resource, related, payload.
fn body_text(event: &Event) -> String {
    #[derive(serde::Serialize)]
    struct Body<'a> {
        resource: &'a Resource,
        related: &'a [Resource],
        payload: &'a JsonObject,
    }
    text_of(&Body {
        resource: &event.resource,
        related: &event.related,
        payload: &event.payload,
    })
}

/// Reads a state; none where the row was joined in vain.
pub(crate) fn read_state(row: &mut Row<'_>) -> Result<Option<State>, DbError> {
    let id: Option<StateId> = row.take()?;
    let kind = row.take()?;
    let name: Option<String> = row.take()?;
    let timestamp = row.take()?;
    let message = row.take()?;
    let data: Option<Json> = row.take()?;
    let state_details = row.parse_optional()?.unwrap_or_default();
    let (Some(id), Some(kind), Some(name), Some(timestamp)) = (id, kind, name, timestamp) else {
        return Ok(None);
    };
    Ok(Some(State {
        id,
        kind,
        name,
        timestamp,
        message,
        data,
        state_details,
    }))
}

pub(crate) async fn states_of(
    conn: &Conn,
    workspace: WorkspaceId,
    run: Uuid,
    is_flow_run: bool,
) -> Result<Vec<State>, DbError> {
    let states = conn
        .query(
            &STATES_OF_RUN,
            &params![workspace, run, is_flow_run],
            read_state,
        )
        .await?;
    Ok(states.into_iter().flatten().collect())
}

pub(crate) async fn state(
    conn: &Conn,
    workspace: WorkspaceId,
    id: StateId,
    is_flow_run: bool,
) -> Result<Option<State>, DbError> {
    let found = conn
        .query_one(
            &STATE_BY_ID,
            &params![workspace, id, is_flow_run],
            read_state,
        )
        .await?;
    Ok(found.flatten())
}

/// Which of these ids are in the log already.
pub(crate) async fn known(conn: &Conn, ids: Vec<Uuid>) -> Result<Vec<EventId>, DbError> {
    conn.query(&KNOWN, &params![ids], |row| row.take()).await
}

/// Deletes the states of runs.
pub(crate) async fn delete_of_runs(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    runs: Vec<Uuid>,
) -> Result<(), DbError> {
    let gone = tx
        .query(&DELETE_OF_RUNS, &params![runs, workspace], read_gone)
        .await?;
    forget(tx, gone).await
}

/// Deletes the events that are no states and were received before a moment, oldest first, at most `limit` of
/// them; gives how many.
pub(crate) async fn delete_old(tx: &Tx<'_>, before: Timestamp, limit: i64) -> Result<u64, DbError> {
    let gone = tx
        .query(&DELETE_OLD, &params![before, limit], read_gone)
        .await?;
    let count = gone.len() as u64;
    forget(tx, gone).await?;
    Ok(count)
}

/// How far a look at events that are no states got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedEvents {
    /// When the last of those was received that were looked at; none where there were none.
    pub looked_to: Option<Timestamp>,
    /// How many of them were deleted.
    pub deleted: u64,
    /// Whether there are more.
    pub more: bool,
}

/// Looks at the next few events that are no states and were received within a span, and deletes those of a name.
pub(crate) async fn delete_named(
    tx: &Tx<'_>,
    name: &str,
    (after, before): (Timestamp, Timestamp),
    limit: i64,
) -> Result<NamedEvents, DbError> {
    let read = |row: &mut Row<'_>| Ok((row.take::<Option<Timestamp>>()?, row.take::<i64>()?));
    let (looked_to, count) = tx
        .query_one(&NEXT_PLAIN, &params![after, before, limit], read)
        .await?
        .unwrap_or_default();
    let mut deleted = 0;
    if let Some(last) = looked_to {
        let gone = tx
            .query(&DELETE_NAMED, &params![after, last, name], read_gone)
            .await?;
        deleted = gone.len() as u64;
        forget(tx, gone).await?;
    }
    Ok(NamedEvents {
        looked_to,
        deleted,
        more: count >= limit,
    })
}

/// The events of a name that happened to these resources: to which, and when.
pub(crate) async fn about(
    conn: &Conn,
    workspace: WorkspaceId,
    name: &str,
    resources: Vec<String>,
) -> Result<Vec<(String, Timestamp, Uuid)>, DbError> {
    let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?, row.take()?));
    conn.query(&ABOUT, &params![workspace, resources, name], read)
        .await
}

/// Deletes these events, which are no states.
pub(crate) async fn delete_rows(tx: &Tx<'_>, ids: Vec<Uuid>) -> Result<(), DbError> {
    if ids.is_empty() {
        return Ok(());
    }
    let gone = tx.query(&DELETE_ROWS, &params![ids], read_gone).await?;
    forget(tx, gone).await
}

/// A row that was deleted.
struct Gone {
    workspace: WorkspaceId,
    seq: i64,
    occurred: Timestamp,
    kind: Option<String>,
    name: String,
    body: Option<String>,
}

fn read_gone(row: &mut Row<'_>) -> Result<Gone, DbError> {
    Ok(Gone {
        workspace: row.take()?,
        seq: row.take()?,
        occurred: row.take()?,
        kind: row.take()?,
        name: row.take()?,
        body: row.take()?,
    })
}

/// Takes deleted rows out of the counts, and out of the index of what events are about.
async fn forget(tx: &Tx<'_>, gone: Vec<Gone>) -> Result<(), DbError> {
    let bodies: Vec<(usize, Body)> = gone
        .iter()
        .enumerate()
        .filter_map(|(place, row)| Some((place, read_text(row.body.as_ref()?))))
        .collect();
    let mut subjects = Vec::new();
    for (place, body) in &bodies {
        let row = &gone[*place];
        subjects.extend(subject::rows(
            row.workspace,
            row.occurred,
            row.seq,
            &body.resource,
            &body.related,
        ));
    }
    subject::delete(tx, &subjects).await?;
    for row in &gone {
        let kind = row.kind.as_deref().unwrap_or_default();
        tx.tallies
            .event(row.workspace, row.occurred, kind, &row.name, -1);
    }
    Ok(())
}

/// What of an event has no column.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub(crate) struct Body {
    pub(crate) resource: Resource,
    pub(crate) related: Vec<Resource>,
    pub(crate) payload: JsonObject,
}
