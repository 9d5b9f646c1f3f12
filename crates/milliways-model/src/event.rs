//! Events: what happened to which resource, and what it was related to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::EventId;
use crate::json::JsonObject;
use crate::time::Timestamp;

/// Labels of a resource. The primary one has `prefect.resource.id`; a related one also `prefect.resource.role`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Resource(pub BTreeMap<String, String>);

impl Resource {
    /// The label that names a resource.
    pub const ID: &str = "prefect.resource.id";
    /// The label that tells what a related resource is to the event.
    pub const ROLE: &str = "prefect.resource.role";
    /// The label with the name for people.
    pub const NAME: &str = "prefect.resource.name";

    /// The resource's id, empty where it has none.
    pub fn id(&self) -> &str {
        self.0.get(Self::ID).map_or("", String::as_str)
    }

    /// The role of a related resource, empty where it has none.
    pub fn role(&self) -> &str {
        self.0.get(Self::ROLE).map_or("", String::as_str)
    }

    /// A related resource: id, role and name.
    pub fn related(id: String, role: &str, name: Option<&str>) -> Self {
        let mut labels = BTreeMap::from([
            (Self::ID.to_owned(), id),
            (Self::ROLE.to_owned(), role.to_owned()),
        ]);
        if let Some(name) = name {
            labels.insert(Self::NAME.to_owned(), name.to_owned());
        }
        Self(labels)
    }
}

/// An event as clients send it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// When it happened.
    pub occurred: Timestamp,
    /// Its name, such as `prefect.flow-run.Completed`; at most 1,024 characters.
    pub event: String,
    /// What it happened to.
    pub resource: Resource,
    /// What else it concerns; at most 100.
    #[serde(default)]
    pub related: Vec<Resource>,
    /// Anything.
    #[serde(default)]
    pub payload: JsonObject,
    /// Made by the client; a repeated id is stored once.
    pub id: EventId,
    /// The event that came before it in a chain.
    #[serde(default)]
    pub follows: Option<EventId>,
}

/// An event as the server tells of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceivedEvent {
    /// When it happened.
    pub occurred: Timestamp,
    /// Its name.
    pub event: String,
    /// What it happened to.
    pub resource: Resource,
    /// What else it concerns.
    #[serde(default)]
    pub related: Vec<Resource>,
    /// Anything.
    #[serde(default)]
    pub payload: JsonObject,
    /// Its id.
    pub id: EventId,
    /// The event that came before it in a chain.
    #[serde(default)]
    pub follows: Option<EventId>,
    /// When the server received it.
    pub received: Timestamp,
}

impl Event {
    /// The event with the time at which the server received it.
    pub fn received(self, received: Timestamp) -> ReceivedEvent {
        ReceivedEvent {
            occurred: self.occurred,
            event: self.event,
            resource: self.resource,
            related: self.related,
            payload: self.payload,
            id: self.id,
            follows: self.follows,
            received,
        }
    }
}

/// A page of events, newest first unless asked otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventPage {
    /// At most 50.
    pub events: Vec<ReceivedEvent>,
    /// How many match in all.
    pub total: i64,
    /// Whether more may match: so many events would have to be looked at one by one that not all of them were.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub total_is_lower_bound: bool,
    /// Where the next page is; null on the last one.
    pub next_page: Option<String>,
}

/// How many events had a value in a span of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventCount {
    /// What was counted by.
    pub value: String,
    /// The same for people.
    pub label: String,
    /// How many.
    pub count: i64,
    /// The span's start.
    pub start_time: Timestamp,
    /// The span's end.
    pub end_time: Timestamp,
}

/// What events can be counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Countable {
    /// Days.
    Day,
    /// Spans of a given length.
    Time,
    /// Names of events.
    Event,
    /// Resources.
    Resource,
}

/// A unit of time that events are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Seven days.
    Week,
    /// 24 hours.
    #[default]
    Day,
    /// 60 minutes.
    Hour,
    /// 60 seconds.
    Minute,
    /// One second.
    Second,
}
