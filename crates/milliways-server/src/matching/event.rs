//! Which events a subscriber or a list wants.

use milliways_model::ReceivedEvent;
use milliways_model::event::Resource;
use milliways_model::filter::{
    EventAnyResourceFilter, EventFilter, EventNameFilter, EventRelatedFilter, EventResourceFilter,
    ResourceSpecification,
};
use milliways_model::text_query::TextQuery;

use super::glob::value_matches;

/// A filter of events, made ready. Whether only the latest event of each resource is wanted (`distinct`) is
/// the list's to see to.
pub(crate) struct EventMatcher {
    filter: EventFilter,
    words: Option<TextQuery>,
}

impl EventMatcher {
    pub(crate) fn new(filter: EventFilter) -> Self {
        let words = filter.text.as_ref().map(|text| TextQuery::of(&text.query));
        Self { filter, words }
    }

    /// The filter.
    pub(crate) fn filter(&self) -> &EventFilter {
        &self.filter
    }

    /// Whether the event passes every criterion. A time that is not given bounds nothing here.
    pub(crate) fn accepts(&self, event: &ReceivedEvent) -> bool {
        let filter = &self.filter;
        let all = || std::iter::once(&event.resource).chain(&event.related);
        filter.occurred.as_ref().is_none_or(|it| {
            it.since.is_none_or(|start| event.occurred >= start)
                && it.until.is_none_or(|end| event.occurred <= end)
        }) && filter
            .event
            .as_ref()
            .is_none_or(|it| name_passes(it, &event.event))
            && filter
                .resource
                .as_ref()
                .is_none_or(|it| resource_passes(it, &event.resource))
            && filter.related.as_ref().is_none_or(|specs| {
                let specs = specs.as_slice();
                specs.iter().all(|it| {
                    is_empty(it) || event.related.iter().any(|one| related_passes(it, one))
                })
            })
            && filter.any_resource.as_ref().is_none_or(|specs| {
                specs
                    .as_slice()
                    .iter()
                    .all(|it| all().any(|one| any_passes(it, one)))
            })
            && filter
                .id
                .as_ref()
                .and_then(|it| it.id.as_ref())
                .is_none_or(|ids| ids.contains(&event.id))
            && self.words.as_ref().is_none_or(|words| {
                let labels = all().flat_map(|resource| resource.0.values().map(String::as_str));
                words.is_answered_by(
                    [event.event.as_str(), event.payload.get()]
                        .into_iter()
                        .chain(labels),
                )
            })
    }
}

fn name_passes(filter: &EventNameFilter, name: &str) -> bool {
    let begins = |prefixes: &Vec<String>| {
        prefixes
            .iter()
            .any(|prefix| name.starts_with(prefix.as_str()))
    };
    let is_one = |names: &Vec<String>| names.iter().any(|one| one == name);
    filter.prefix.as_ref().is_none_or(begins)
        && !filter.exclude_prefix.as_ref().is_some_and(begins)
        && filter.name.as_ref().is_none_or(is_one)
        && !filter.exclude_name.as_ref().is_some_and(is_one)
}

fn resource_passes(filter: &EventResourceFilter, resource: &Resource) -> bool {
    id_passes(filter.id.as_ref(), filter.id_prefix.as_ref(), resource)
        && filter
            .labels
            .as_ref()
            .is_none_or(|labels| labels_pass(labels, resource))
}

fn any_passes(filter: &EventAnyResourceFilter, resource: &Resource) -> bool {
    id_passes(filter.id.as_ref(), filter.id_prefix.as_ref(), resource)
        && filter
            .labels
            .as_ref()
            .is_none_or(|labels| labels_pass(labels, resource))
}

/// All criteria have to hold for the same resource.
fn related_passes(filter: &EventRelatedFilter, resource: &Resource) -> bool {
    id_passes(filter.id.as_ref(), None, resource)
        && filter
            .role
            .as_ref()
            .is_none_or(|roles| roles.iter().any(|role| role == resource.role()))
        && filter.resources_in_roles.as_ref().is_none_or(|pairs| {
            pairs
                .iter()
                .any(|(id, role)| id == resource.id() && role == resource.role())
        })
        && filter
            .labels
            .as_ref()
            .is_none_or(|labels| labels_pass(labels, resource))
}

fn is_empty(filter: &EventRelatedFilter) -> bool {
    *filter == EventRelatedFilter::default()
}

fn id_passes(
    ids: Option<&Vec<String>>,
    prefixes: Option<&Vec<String>>,
    resource: &Resource,
) -> bool {
    ids.is_none_or(|ids| ids.iter().any(|id| id == resource.id()))
        && prefixes.is_none_or(|prefixes| {
            prefixes
                .iter()
                .any(|prefix| resource.id().starts_with(prefix.as_str()))
        })
}

/// Every label has to be there and match one of its values; a label that is missing never matches, not even
/// a value with `!`.
fn labels_pass(labels: &ResourceSpecification, resource: &Resource) -> bool {
    labels.iter().all(|(label, values)| {
        resource.0.get(label).is_some_and(|text| {
            values
                .as_slice()
                .iter()
                .any(|value| value_matches(value, text))
        })
    })
}

#[cfg(test)]
mod tests;
