//! Which events.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::{TextFilter, pieces};
use crate::ids::EventId;
use crate::sort::EventOrder;
use crate::time::Timestamp;

/// One value, or one of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// This one.
    One(T),
    /// One of these.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// Labels that a resource must have: all keys, one of each key's values. A value that begins with `!` must
/// not match; `*` at the end matches any ending.
pub type ResourceSpecification = BTreeMap<String, OneOrMany<String>>;

/// Reads a list of which an empty one asks for nothing: Prefect's clients send those where they mean any event.
fn filled<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default + PartialEq,
{
    let value = Option::<T>::deserialize(deserializer)?;
    Ok(value.filter(|value| *value != T::default()))
}

pieces! {
    /// Which events.
    EventFilter {
        /// When they occurred; without it the last 180 days.
        occurred: Option<EventOccurredFilter>,
        /// By name.
        event: Option<EventNameFilter>,
        /// By what they happened to.
        resource: Option<EventResourceFilter>,
        /// By what else they concern; each must match one of the related resources.
        related: Option<OneOrMany<EventRelatedFilter>>,
        /// By what they happened to or concern.
        any_resource: Option<OneOrMany<EventAnyResourceFilter>>,
        /// By id.
        id: Option<EventIdFilter>,
        /// By words.
        text: Option<TextFilter>,
        /// Oldest or newest first.
        order: EventOrder,
    }
    /// When they occurred, both ends included.
    EventOccurredFilter {
        /// Default: 180 days ago.
        since: Option<Timestamp>,
        /// Default: now.
        until: Option<Timestamp>,
    }
    /// By name.
    EventNameFilter {
        /// Begins with one of these.
        #[serde(deserialize_with = "filled")]
        prefix: Option<Vec<String>>,
        /// Begins with none of these.
        #[serde(deserialize_with = "filled")]
        exclude_prefix: Option<Vec<String>>,
        /// Is one of these.
        #[serde(deserialize_with = "filled")]
        name: Option<Vec<String>>,
        /// Is none of these.
        #[serde(deserialize_with = "filled")]
        exclude_name: Option<Vec<String>>,
    }
    /// By what they happened to.
    EventResourceFilter {
        /// Its id is one of these.
        #[serde(deserialize_with = "filled")]
        id: Option<Vec<String>>,
        /// Its id begins with one of these.
        #[serde(deserialize_with = "filled")]
        id_prefix: Option<Vec<String>>,
        /// It has these labels.
        #[serde(deserialize_with = "filled")]
        labels: Option<ResourceSpecification>,
        /// Only the latest event of each resource.
        distinct: bool,
    }
    /// By what else they concern.
    EventRelatedFilter {
        /// Its id is one of these.
        #[serde(deserialize_with = "filled")]
        id: Option<Vec<String>>,
        /// Its role is one of these.
        #[serde(deserialize_with = "filled")]
        role: Option<Vec<String>>,
        /// One of these pairs of id and role.
        #[serde(deserialize_with = "filled")]
        resources_in_roles: Option<Vec<(String, String)>>,
        /// It has these labels.
        #[serde(deserialize_with = "filled")]
        labels: Option<ResourceSpecification>,
    }
    /// By what they happened to or concern.
    EventAnyResourceFilter {
        /// Its id is one of these.
        #[serde(deserialize_with = "filled")]
        id: Option<Vec<String>>,
        /// Its id begins with one of these.
        #[serde(deserialize_with = "filled")]
        id_prefix: Option<Vec<String>>,
        /// It has these labels.
        #[serde(deserialize_with = "filled")]
        labels: Option<ResourceSpecification>,
    }
    /// By id.
    EventIdFilter {
        /// One of these.
        #[serde(deserialize_with = "filled")]
        id: Option<Vec<EventId>>,
    }
}
