//! Which automations, as conditions on `a`.

use milliways_model::filter::AutomationFilter;

use super::Conditions;

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &AutomationFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.id {
            all.any("a.id", id.any_.as_ref());
        }
        if let Some(name) = &filter.name {
            all.any("a.name", name.any_.as_ref());
        }
        if let Some(created) = &filter.created {
            all.time("a.created", created.before_, None);
        }
        if let Some(tags) = &filter.tags {
            all.tags(
                "a.tags",
                tags.operator,
                tags.all_.as_ref(),
                tags.any_.as_ref(),
                tags.is_null_,
            );
        }
    });
}
