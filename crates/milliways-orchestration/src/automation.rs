//! Whether an automation may be stored: what its shape alone doesn't say.

mod loops;
mod parameters;

use std::fmt::Display;

use milliways_model::AutomationContent;
use milliways_model::automation::{
    Action, ActionSource, CompoundTrigger, EventTrigger, PROACTIVE_WITHIN, Posture, Require,
    Trigger,
};

use crate::template;

/// The most triggers of an automation, those within others included.
const MAX_TRIGGERS: usize = 100;
/// How deep triggers may be nested.
const MAX_TRIGGER_DEPTH: usize = 8;
/// The most actions of one list.
const MAX_ACTIONS: usize = 100;
/// The most tags.
const MAX_TAGS: usize = 250;

/// Why an automation can't be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Flaw {
    /// The part of the body.
    pub location: &'static str,
    /// The reason, in Prefect's words where Prefect has some.
    pub reason: String,
}

/// Checks an automation that is to be stored.
pub fn check(automation: &AutomationContent) -> Result<(), Flaw> {
    at("body.tags", most("tags", automation.tags.len(), MAX_TAGS))?;
    let mut count = 0;
    at("body.trigger", trigger(&automation.trigger, 1, &mut count))?;
    for (location, actions) in [
        ("body.actions", &automation.actions),
        ("body.actions_on_trigger", &automation.actions_on_trigger),
        ("body.actions_on_resolve", &automation.actions_on_resolve),
    ] {
        at(location, most("actions", actions.len(), MAX_ACTIONS))?;
        for one in actions {
            at(location, action(one))?;
        }
    }
    at("body", loops::check(automation))
}

/// What keeps an automation that is stored from being switched on.
pub fn check_enabled(automation: &AutomationContent) -> Result<(), Flaw> {
    at("", loops::check(automation))
}

fn at(location: &'static str, checked: Result<(), String>) -> Result<(), Flaw> {
    checked.map_err(|reason| Flaw { location, reason })
}

fn most(what: &str, count: usize, most: usize) -> Result<(), String> {
    if count > most {
        return Err(format!("there are {count} {what}, {most} are allowed"));
    }
    Ok(())
}

fn trigger(one: &Trigger, depth: usize, count: &mut usize) -> Result<(), String> {
    *count += 1;
    most("triggers", *count, MAX_TRIGGERS)?;
    most("levels of triggers", depth, MAX_TRIGGER_DEPTH)?;
    match one {
        Trigger::Event(event) => event_trigger(event)?,
        Trigger::Compound(compound) => require(compound)?,
        Trigger::Sequence(_) => {}
    }
    one.children()
        .iter()
        .try_for_each(|child| trigger(child, depth + 1, count))
}

fn event_trigger(trigger: &EventTrigger) -> Result<(), String> {
    match trigger.posture {
        Posture::Proactive if trigger.within.0 < PROACTIVE_WITHIN => Err(
            "`within` for Proactive triggers must be greater than or equal to 10 seconds"
                .to_owned(),
        ),
        Posture::Reactive if trigger.within.0 < 0.0 => {
            Err("`within`: Input should be greater than or equal to 0 seconds".to_owned())
        }
        _ => Ok(()),
    }
}

fn require(trigger: &CompoundTrigger) -> Result<(), String> {
    let Require::Count(count) = trigger.require else {
        return Ok(());
    };
    if count < 1 {
        return Err("require must be at least 1".to_owned());
    }
    if usize::try_from(count).unwrap_or(usize::MAX) > trigger.triggers.len() {
        return Err("require must be less than or equal to the number of triggers".to_owned());
    }
    Ok(())
}

fn action(action: &Action) -> Result<(), String> {
    if let Some((source, is_given, name)) = action.object() {
        match (source, is_given) {
            (ActionSource::Selected, false) => return Err(format!("{name} is required")),
            (ActionSource::Inferred, true) => return Err(format!("{name} is not allowed")),
            _ => {}
        }
    }
    match action {
        Action::RunDeployment(run) => {
            if run.schedule_after.0 < 0.0 {
                return Err(
                    "`schedule_after`: Input should be greater than or equal to 0".to_owned(),
                );
            }
            run.parameters
                .as_ref()
                .map_or(Ok(()), |parameters| parameters::check(&parameters.to_map()))
        }
        Action::SendNotification(notification) => {
            text("subject", &notification.subject)?;
            text("body", &notification.body)
        }
        Action::CallWebhook(webhook) => text("payload", &webhook.payload),
        _ => Ok(()),
    }
}

fn text(field: impl Display, source: &str) -> Result<(), String> {
    template::check(source).map_err(|flaw| format!("'{field}' is not a valid template: {flaw}"))
}

#[cfg(test)]
mod tests;
