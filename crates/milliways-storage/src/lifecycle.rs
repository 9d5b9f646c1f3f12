//! Events that tell that an object was created, changed or deleted: `prefect.<kind>.<action>`.

use std::collections::BTreeMap;

use milliways_model::event::Resource;
use milliways_model::{Event, EventId, Json, JsonObject, Uuid, WorkspaceId, uuid7};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::db::{DbError, Tx};
use crate::scope::draw;
use crate::tables::event::{NewRow, append};

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Created,
    Updated,
    Deleted,
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// An object that an event is about.
pub(crate) struct Subject<'a> {
    /// Such as `concurrency-limit`.
    pub(crate) kind: &'a str,
    pub(crate) id: Uuid,
    pub(crate) name: Option<&'a str>,
    /// What else it concerns.
    pub(crate) related: Vec<Resource>,
}

/// Tells of it, in the transaction that does it.
pub(crate) async fn tell<P: Serialize>(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    action: Action,
    subject: Subject<'_>,
    payload: &P,
) -> Result<(), DbError> {
    let Subject {
        kind,
        id,
        name,
        related,
    } = subject;
    let mut labels = BTreeMap::from([(Resource::ID.to_owned(), format!("prefect.{kind}.{id}"))]);
    if let Some(name) = name {
        labels.insert(Resource::NAME.to_owned(), name.to_owned());
    }
    let payload = Json::from_value(payload)
        .ok()
        .and_then(|json| JsonObject::from_text(json.get().to_owned()).ok())
        .unwrap_or_default();
    let name = format!("prefect.{kind}.{}", action.as_str());
    let event = Event {
        related,
        payload,
        ..event(tx, name, Resource(labels))
    };
    emit(tx, workspace, &event).await
}

/// An event of this transaction's moment, about nothing else yet and with nothing to say.
pub(crate) fn event(tx: &Tx<'_>, name: String, resource: Resource) -> Event {
    Event {
        occurred: tx.now,
        event: name,
        resource,
        related: Vec::new(),
        payload: JsonObject::default(),
        id: EventId(uuid7(tx.now, draw())),
        follows: None,
    }
}

/// Appends it to the log.
pub(crate) async fn emit(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    event: &Event,
) -> Result<(), DbError> {
    append(tx, workspace, &[NewRow::Event(event)]).await?;
    Ok(())
}

/// What was changed of an object, as its event tells it.
#[derive(Default)]
pub(crate) struct Changes {
    updates: Map<String, Value>,
}

impl Changes {
    /// A field that was one thing and is another now, where they differ.
    pub(crate) fn add<T: PartialEq + Serialize>(&mut self, field: &str, from: &T, to: &T) {
        if from != to {
            self.updates
                .insert(field.to_owned(), json!({"from": from, "to": to}));
        }
    }

    /// The event's payload; none where nothing was changed.
    pub(crate) fn payload(self) -> Option<JsonObject> {
        if self.updates.is_empty() {
            return None;
        }
        let fields: Vec<&String> = self.updates.keys().collect();
        let payload = Map::from_iter([
            ("updated_fields".to_owned(), json!(fields)),
            ("updates".to_owned(), json!(self.updates)),
        ]);
        Some(JsonObject::from_map(&payload))
    }
}
