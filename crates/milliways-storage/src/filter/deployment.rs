//! Which deployments, as conditions on `d`.

use milliways_model::DeploymentId;
use milliways_model::filter::{AnyOrNot, DeploymentFilter, Operator};

use super::{Conditions, Index};

/// The index of the runs of one deployment by when they started.
pub(super) const RUNS: Index = "flow_run_deployment";

/// The one deployment, where nothing but its id is asked for: its runs are found without looking at it.
pub(super) fn only_id(filter: &DeploymentFilter) -> Option<DeploymentId> {
    let id = filter.id.as_ref()?;
    let [one] = id.any_.as_deref()? else {
        return None;
    };
    let only = DeploymentFilter {
        operator: filter.operator,
        id: Some(AnyOrNot {
            any_: id.any_.clone(),
            ..AnyOrNot::default()
        }),
        ..DeploymentFilter::default()
    };
    (*filter == only).then_some(*one)
}

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &DeploymentFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.id {
            all.group(Operator::And, |all| all.any_or_not("d.id", id));
        }
        if let Some(name) = &filter.name {
            all.group(Operator::And, |all| all.name("d.name", name));
        }
        if let Some(text) = filter
            .flow_or_deployment_name
            .as_ref()
            .and_then(|name| name.like_.as_ref())
        {
            all.group(Operator::Or, |either| {
                let pattern = super::contains(text);
                either.with("d.name ILIKE {} ESCAPE '\\'", pattern.clone());
                either.with(
                    "EXISTS (SELECT 1 FROM flow n WHERE n.id = d.flow_id AND n.name ILIKE {} ESCAPE '\\')",
                    pattern,
                );
            });
        }
        if let Some(paused) = filter.paused.as_ref().and_then(|paused| paused.eq_) {
            all.with("d.paused = {}", paused);
        }
        if let Some(tags) = &filter.tags {
            all.tags(
                "d.tags",
                tags.operator,
                tags.all_.as_ref(),
                tags.any_.as_ref(),
                tags.is_null_,
            );
        }
        if let Some(queue) = &filter.work_queue_name {
            all.any("d.work_queue_name", queue.any_.as_ref());
        }
    });
}
