//! Which work pools, as conditions on `w`.

use milliways_model::filter::WorkPoolFilter;

use super::Conditions;

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &WorkPoolFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.id {
            all.any("w.id", id.any_.as_ref());
        }
        if let Some(name) = &filter.name {
            all.any("w.name", name.any_.as_ref());
        }
        if let Some(kind) = &filter.r#type {
            all.any("w.type", kind.any_.as_ref());
        }
    });
}
