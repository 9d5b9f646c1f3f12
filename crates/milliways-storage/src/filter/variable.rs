//! Which variables, as conditions on `v`.

use milliways_model::WorkspaceId;
use milliways_model::filter::VariableFilter;

use super::{Conditions, Query, finish, scoped};

/// `WHERE` for variables `v`.
pub(crate) fn variables(
    query: &mut Query,
    workspace: WorkspaceId,
    filter: Option<&VariableFilter>,
) {
    let mut all = scoped(query, "v", workspace);
    if let Some(filter) = filter {
        conditions(&mut all, filter);
    }
    finish(all);
}

fn conditions(outer: &mut Conditions<'_>, filter: &VariableFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.id {
            all.any("v.id", id.any_.as_ref());
        }
        if let Some(name) = &filter.name {
            all.name("v.name", name);
        }
        if let Some(tags) = &filter.tags {
            let (operator, each) = (tags.operator, tags.all_.as_ref());
            all.tags("v.tags", operator, each, None, tags.is_null_);
        }
    });
}
