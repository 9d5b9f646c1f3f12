//! Triggers: which events, how many of them, how soon after each other.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Seconds, word};
use crate::filter::{OneOrMany, ResourceSpecification};
use crate::ids::TriggerId;

/// When an automation fires. Told apart by `type`; without one, by what the others don't have.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Trigger {
    /// By events that happen, or don't.
    Event(EventTrigger),
    /// By several triggers in any order.
    Compound(CompoundTrigger),
    /// By several triggers, one after the other.
    Sequence(SequenceTrigger),
}

/// What a trigger waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Posture {
    /// That the events happen.
    Reactive,
    /// That they don't.
    Proactive,
}

word!(EventWord = "event");
word!(CompoundWord = "compound");
word!(SequenceWord = "sequence");

/// Fires by the presence or the absence of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(from = "Told")]
pub struct EventTrigger {
    /// `event`
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub r#type: EventWord,
    /// Its id; the server makes it.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub id: TriggerId,
    /// Labels of what the event happened to; none match everything.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub r#match: ResourceSpecification,
    /// Labels of what else it concerns; each must match one of the related resources.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub match_related: OneOrMany<ResourceSpecification>,
    /// Names of events, one of which has to come first.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub after: BTreeSet<String>,
    /// Names of the events; none means any.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub expect: BTreeSet<String>,
    /// Labels for each of whose values events are counted apart.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub for_each: BTreeSet<String>,
    /// What it waits for.
    pub posture: Posture,
    /// How many events.
    #[cfg_attr(feature = "openapi", schema(required = false, default = 1))]
    pub threshold: i64,
    /// Within how many seconds.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub within: Seconds,
}

/// An event trigger as it is told, before defaults.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    r#type: EventWord,
    #[serde(default)]
    id: TriggerId,
    #[serde(default)]
    r#match: ResourceSpecification,
    #[serde(default = "everything")]
    match_related: OneOrMany<ResourceSpecification>,
    #[serde(default)]
    after: BTreeSet<String>,
    #[serde(default)]
    expect: BTreeSet<String>,
    #[serde(default)]
    for_each: BTreeSet<String>,
    posture: Posture,
    #[serde(default = "one")]
    threshold: i64,
    #[serde(default)]
    within: Seconds,
}

fn everything() -> OneOrMany<ResourceSpecification> {
    OneOrMany::One(ResourceSpecification::new())
}

fn one() -> i64 {
    1
}

impl From<Told> for EventTrigger {
    fn from(told: Told) -> Self {
        // The absence of events is told over some time: 10 seconds unless given.
        let within = match told.posture {
            Posture::Proactive if told.within.0 == 0.0 => Seconds(PROACTIVE_WITHIN),
            _ => told.within,
        };
        Self {
            r#type: told.r#type,
            id: told.id,
            r#match: told.r#match,
            match_related: told.match_related,
            after: told.after,
            expect: told.expect,
            for_each: told.for_each,
            posture: told.posture,
            threshold: told.threshold,
            within,
        }
    }
}

/// The shortest time, in seconds, over which the absence of events can be told.
pub const PROACTIVE_WITHIN: f64 = 10.0;

/// Fires once enough of its triggers have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompoundTrigger {
    /// `compound`
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub r#type: CompoundWord,
    /// Its id; the server makes it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub id: TriggerId,
    /// Its triggers.
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub triggers: Vec<Trigger>,
    /// Within how many seconds; null for ever. It has to be said.
    #[serde(deserialize_with = "Option::deserialize")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub within: Option<Seconds>,
    /// How many of them.
    pub require: Require,
}

/// Fires once its triggers have, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SequenceTrigger {
    /// `sequence`
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub r#type: SequenceWord,
    /// Its id; the server makes it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub id: TriggerId,
    /// Its triggers.
    #[cfg_attr(feature = "openapi", schema(no_recursion))]
    pub triggers: Vec<Trigger>,
    /// Within how many seconds; null for ever. It has to be said.
    #[serde(deserialize_with = "Option::deserialize")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub within: Option<Seconds>,
}

/// How many of a compound trigger's triggers have to fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Require {
    /// So many.
    Count(i64),
    /// One, or all.
    Word(RequireWord),
}

/// One or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum RequireWord {
    /// One.
    Any,
    /// All.
    All,
}

impl Trigger {
    /// Those that it is made of; none for a trigger by events.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Event(_) => &[],
            Self::Compound(CompoundTrigger { triggers, .. })
            | Self::Sequence(SequenceTrigger { triggers, .. }) => triggers,
        }
    }

    /// Gives it and all that it is made of new ids.
    pub fn renew_ids(&mut self, make: &mut impl FnMut() -> TriggerId) {
        match self {
            Self::Event(trigger) => trigger.id = make(),
            Self::Compound(CompoundTrigger { id, triggers, .. })
            | Self::Sequence(SequenceTrigger { id, triggers, .. }) => {
                *id = make();
                for trigger in triggers {
                    trigger.renew_ids(make);
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for Trigger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let value = Value::deserialize(deserializer)?;
        let guessed = match (value.get("triggers"), value.get("require")) {
            (Some(_), Some(_)) => "compound",
            (Some(_), None) => "sequence",
            _ => "event",
        };
        let kind = value.get("type").map_or(Some(guessed), Value::as_str);
        match kind.unwrap_or_default() {
            "event" => serde_json::from_value(value).map(Self::Event),
            "compound" => serde_json::from_value(value).map(Self::Compound),
            "sequence" => serde_json::from_value(value).map(Self::Sequence),
            other => {
                let shown: String = other.chars().take(64).collect();
                return Err(Error::custom(format!(
                    "Input should be 'event', 'compound' or 'sequence', not '{shown}'"
                )));
            }
        }
        .map_err(Error::custom)
    }
}
