//! Events that tell that an object was created, changed or deleted: `prefect.<kind>.<action>`.

use std::collections::BTreeMap;

use milliways_model::event::Resource;
use milliways_model::{Event, EventId, Json, JsonObject, Uuid, WorkspaceId, uuid7};
use serde::Serialize;

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
    let event = Event {
        occurred: tx.now,
        event: format!("prefect.{kind}.{}", action.as_str()),
        resource: Resource(labels),
        related,
        payload,
        id: EventId(uuid7(tx.now, draw())),
        follows: None,
    };
    append(tx, workspace, &[NewRow::Event(&event)]).await?;
    Ok(())
}
