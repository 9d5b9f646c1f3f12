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

/// The body that replaces an automation. What is not given and has a default stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AutomationUpdate {
    /// For people.
    pub name: String,
    /// The same at length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false, default = ""))]
    pub description: Option<String>,
    /// Whether it acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = bool, required = false, default = true))]
    pub enabled: Option<bool>,
    /// For finding it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false))]
    pub tags: Option<Vec<String>>,
    /// Which events it waits for.
    pub trigger: Trigger,
    /// What is done when it fires.
    pub actions: Vec<Action>,
    /// What is done when it comes into the triggered state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Action>, required = false))]
    pub actions_on_trigger: Option<Vec<Action>>,
    /// What is done when it comes out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Action>, required = false))]
    pub actions_on_resolve: Option<Vec<Action>>,
}

/// What an automation is, without whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AutomationContent {
    /// For people.
    pub name: String,
    /// The same at length.
    #[serde(default)]
    pub description: String,
    /// Whether it acts.
    #[serde(default = "yes")]
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
    pub fn split(self) -> (AutomationContent, Option<String>) {
        let content = AutomationContent {
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
    /// What the automation is with it; `before` is what it was.
    pub fn over(self, before: Option<AutomationContent>) -> AutomationContent {
        let (description, enabled, tags, on_trigger, on_resolve) = match before {
            Some(it) => (
                it.description,
                it.enabled,
                it.tags,
                it.actions_on_trigger,
                it.actions_on_resolve,
            ),
            None => (String::new(), true, Vec::new(), Vec::new(), Vec::new()),
        };
        AutomationContent {
            name: self.name,
            description: self.description.unwrap_or(description),
            enabled: self.enabled.unwrap_or(enabled),
            tags: self.tags.unwrap_or(tags),
            trigger: self.trigger,
            actions: self.actions,
            actions_on_trigger: self.actions_on_trigger.unwrap_or(on_trigger),
            actions_on_resolve: self.actions_on_resolve.unwrap_or(on_resolve),
        }
    }
}

impl AutomationContent {
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
            description: Some(automation.description),
            enabled: Some(automation.enabled),
            tags: Some(automation.tags),
            trigger: automation.trigger,
            actions: automation.actions,
            actions_on_trigger: Some(automation.actions_on_trigger),
            actions_on_resolve: Some(automation.actions_on_resolve),
        }
    }
}

impl From<Automation> for AutomationContent {
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
