//! Which flows, as conditions on `f`.

use milliways_model::FlowId;
use milliways_model::filter::{AnyOrNot, FlowFilter, Operator};

use super::{Conditions, Index};

/// The index of the runs of one flow by when they started.
pub(super) const RUNS: Index = "flow_run_flow";

/// The one flow, where nothing but its id is asked for: what belongs to it is found without looking at it.
pub(super) fn only_id(filter: &FlowFilter) -> Option<FlowId> {
    let id = filter.id.as_ref()?;
    let [one] = id.any_.as_deref()? else {
        return None;
    };
    let only = FlowFilter {
        operator: filter.operator,
        id: Some(AnyOrNot {
            any_: id.any_.clone(),
            ..AnyOrNot::default()
        }),
        ..FlowFilter::default()
    };
    (*filter == only).then_some(*one)
}

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &FlowFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.id {
            all.group(Operator::And, |all| all.any_or_not("f.id", id));
        }
        if let Some(name) = &filter.name {
            all.group(Operator::And, |all| all.name("f.name", name));
        }
        if let Some(tags) = &filter.tags {
            all.tags(
                "f.tags",
                tags.operator,
                tags.all_.as_ref(),
                None,
                tags.is_null_,
            );
        }
        let has = "EXISTS (SELECT 1 FROM deployment h WHERE h.flow_id = f.id)";
        match filter.deployment.as_ref().and_then(|it| it.is_null_) {
            Some(true) => all.add(format!("NOT {has}")),
            Some(false) => all.add(has.to_owned()),
            None => {}
        }
    });
}
