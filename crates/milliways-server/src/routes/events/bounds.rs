//! How large an event may be, and what it has to have.

use milliways_model::event::Resource;
use milliways_model::{Event, Timestamp};
use serde_json::Value;

use crate::config::Limits;
use crate::problem::{FieldError, Problem, Step};

/// Bytes of a name, an id or a role: an index holds them.
const INDEXED: usize = 2_048;

/// How far ahead of the server's clock an event may be, in seconds.
const AHEAD: f64 = 366.0 * 86_400.0;

/// Refuses a list in which one of the events is out of bounds.
pub(super) fn check_all(events: &[Event], limits: &Limits, now: Timestamp) -> Result<(), Problem> {
    let wrong = events.iter().enumerate().find_map(|(place, event)| {
        let (field, text) = flaw(event, limits, now)?;
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
pub(crate) fn flaw(
    event: &Event,
    limits: &Limits,
    now: Timestamp,
) -> Option<(&'static str, String)> {
    if event.occurred < Timestamp::EPOCH || event.occurred > now.plus_seconds(AHEAD) {
        return Some((
            "occurred",
            "it is before 1970, or more than a year ahead".to_owned(),
        ));
    }
    if event.event.len() > limits.event_name && event.event.chars().count() > limits.event_name {
        return Some((
            "event",
            format!("the name is longer than {} characters", limits.event_name),
        ));
    }
    if event.resource.id().is_empty() {
        return Some((
            "resource",
            format!(
                "Value error, Resources must include the {} label",
                Resource::ID
            ),
        ));
    }
    if event.related.len() > limits.event_related {
        return Some((
            "related",
            format!("more than {} related resources", limits.event_related),
        ));
    }
    let lacks =
        |label: fn(&Resource) -> &str| event.related.iter().any(|one| label(one).is_empty());
    for (label, is_missing) in [
        (Resource::ID, lacks(Resource::id)),
        (Resource::ROLE, lacks(Resource::role)),
    ] {
        if is_missing {
            let kind = if label == Resource::ID {
                "Resources"
            } else {
                "Related Resources"
            };
            let text = format!("Value error, {kind} must include the {label} label");
            return Some(("related", text));
        }
    }
    let all = || std::iter::once(&event.resource).chain(&event.related);
    let is_unfit = |text: &str| text.len() > INDEXED || text.contains('\0');
    if is_unfit(&event.event) || all().any(|one| is_unfit(one.id()) || is_unfit(one.role())) {
        return Some((
            "resource",
            format!("a name, an id or a role has a NUL, or more than {INDEXED} bytes"),
        ));
    }
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
