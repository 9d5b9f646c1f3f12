//! How large an event may be, and what it has to have.

use milliways_model::Event;
use milliways_model::event::Resource;
use serde_json::Value;

use crate::config::Limits;
use crate::problem::{FieldError, Problem, Step};

/// Refuses a list in which one of the events is out of bounds.
pub(super) fn check_all(events: &[Event], limits: &Limits) -> Result<(), Problem> {
    let wrong = events.iter().enumerate().find_map(|(place, event)| {
        let (field, text) = flaw(event, limits)?;
        Some(FieldError::new(
            "value_error",
            vec!["body".into(), Step::Index(place), field.into()],
            text,
            Value::Null,
        ))
    });
    wrong.map_or(Ok(()), |error| Err(Problem::fields(vec![error], None)))
}

/// What is wrong with an event: the field, and the reason.
pub(crate) fn flaw(event: &Event, limits: &Limits) -> Option<(&'static str, String)> {
    if event.event.len() > limits.event_name && event.event.chars().count() > limits.event_name {
        return Some((
            "event",
            format!("the name is longer than {} characters", limits.event_name),
        ));
    }
    if event.resource.id().is_empty() {
        return Some(("resource", format!("the label {} is missing", Resource::ID)));
    }
    if event.related.len() > limits.event_related {
        return Some((
            "related",
            format!("more than {} related resources", limits.event_related),
        ));
    }
    let incomplete = |one: &Resource| one.id().is_empty() || one.role().is_empty();
    if event.related.iter().any(incomplete) {
        return Some((
            "related",
            format!("one lacks the label {} or {}", Resource::ID, Resource::ROLE),
        ));
    }
    let all = || std::iter::once(&event.resource).chain(&event.related);
    if all().any(|resource| resource.0.len() > limits.event_labels) {
        return Some((
            "resource",
            format!("a resource has more than {} labels", limits.event_labels),
        ));
    }
    let labels: usize = all()
        .flat_map(|resource| &resource.0)
        .map(|(key, value)| key.len() + value.len() + 6)
        .sum();
    if labels + event.payload.get().len() + event.event.len() > limits.event_size {
        return Some((
            "payload",
            format!("the event is larger than {} bytes", limits.event_size),
        ));
    }
    None
}
