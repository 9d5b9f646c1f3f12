//! Automations: what is done when certain events happen, or don't.

mod action;
mod duration;
mod trigger;
mod word;

pub use action::*;
pub use duration::Seconds;
pub use trigger::*;

use serde::{Deserialize, Serialize};

use crate::ids::AutomationId;
use crate::time::Timestamp;
use word::word;

/// An automation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Automation {
    /// For people.
    pub name: String,
    /// The same at length.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = ""))]
    pub description: String,
    /// Whether it acts.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub enabled: bool,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Which events it waits for.
    pub trigger: Trigger,
    /// What is done when it fires.
    pub actions: Vec<Action>,
    /// What is done when it comes into the triggered state.
    #[serde(default)]
    pub actions_on_trigger: Vec<Action>,
    /// What is done when it comes out of it.
    #[serde(default)]
    pub actions_on_resolve: Vec<Action>,
    /// Its id.
    pub id: AutomationId,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
}

/// The body that creates an automation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AutomationCreate {
    /// For people.
    pub name: String,
    /// The same at length.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = ""))]
    pub description: String,
    /// Whether it acts.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub enabled: bool,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Which events it waits for.
    pub trigger: Trigger,
    /// What is done when it fires.
    pub actions: Vec<Action>,
    /// What is done when it comes into the triggered state.
    #[serde(default)]
    pub actions_on_trigger: Vec<Action>,
    /// What is done when it comes out of it.
    #[serde(default)]
    pub actions_on_resolve: Vec<Action>,
    /// The resource that it belongs to and is deleted with.
    #[serde(default)]
    pub owner_resource: Option<String>,
}

/// The body that replaces an automation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AutomationUpdate {
    /// For people.
    pub name: String,
    /// The same at length.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = ""))]
    pub description: String,
    /// Whether it acts.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub enabled: bool,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Which events it waits for.
    pub trigger: Trigger,
    /// What is done when it fires.
    pub actions: Vec<Action>,
    /// What is done when it comes into the triggered state.
    #[serde(default)]
    pub actions_on_trigger: Vec<Action>,
    /// What is done when it comes out of it.
    #[serde(default)]
    pub actions_on_resolve: Vec<Action>,
}

/// The body that switches an automation on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AutomationPartialUpdate {
    /// Whether it acts.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub enabled: bool,
}

impl AutomationCreate {
    /// What is to be stored, and whose it is.
    pub fn split(self) -> (AutomationUpdate, Option<String>) {
        let content = AutomationUpdate {
            name: self.name,
            description: self.description,
            enabled: self.enabled,
            tags: self.tags,
            trigger: self.trigger,
            actions: self.actions,
            actions_on_trigger: self.actions_on_trigger,
            actions_on_resolve: self.actions_on_resolve,
        };
        (content, self.owner_resource)
    }
}

impl AutomationUpdate {
    /// All actions, in the order of their lists.
    pub fn all_actions(&self) -> impl Iterator<Item = &Action> {
        self.actions
            .iter()
            .chain(&self.actions_on_trigger)
            .chain(&self.actions_on_resolve)
    }

    /// The automation that this makes.
    pub fn into_automation(
        self,
        id: AutomationId,
        created: Timestamp,
        updated: Timestamp,
    ) -> Automation {
        Automation {
            name: self.name,
            description: self.description,
            enabled: self.enabled,
            tags: self.tags,
            trigger: self.trigger,
            actions: self.actions,
            actions_on_trigger: self.actions_on_trigger,
            actions_on_resolve: self.actions_on_resolve,
            id,
            created: Some(created),
            updated: Some(updated),
        }
    }
}

impl From<Automation> for AutomationUpdate {
    fn from(automation: Automation) -> Self {
        Self {
            name: automation.name,
            description: automation.description,
            enabled: automation.enabled,
            tags: automation.tags,
            trigger: automation.trigger,
            actions: automation.actions,
            actions_on_trigger: automation.actions_on_trigger,
            actions_on_resolve: automation.actions_on_resolve,
        }
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests;
