//! Which flow runs, as conditions on `r`.

use milliways_model::filter::{
    FlowRunFilter, FlowRunFilterCreatedBy, FlowRunFilterState, Operator,
};

use super::Conditions;

/// Whether runs are asked for by their ids.
pub(super) fn is_of_ids(filter: &FlowRunFilter) -> bool {
    let ids = filter.id.as_ref().and_then(|id| id.any_.as_ref());
    filter.operator == Operator::And && ids.is_some()
}

/// Whether they are asked for by something that few of them have and an index finds.
pub(super) fn is_keyed(filter: &FlowRunFilter) -> bool {
    let parents = filter.parent_task_run_id.as_ref();
    let deployments = filter.deployment_id.as_ref();
    let names = filter.name.as_ref();
    let has_key = parents.is_some_and(|parents| parents.any_.is_some())
        || deployments.is_some_and(|deployments| deployments.any_.is_some())
        || names.is_some_and(|names| names.any_.is_some())
        || filter.parent_flow_run_id.is_some()
        || filter.idempotency_key.is_some();
    is_of_ids(filter) || (has_key && filter.operator == Operator::And)
}

/// Whether nothing but runs in states of one type is asked for.
pub(super) fn is_of_one_state(filter: &FlowRunFilter) -> bool {
    let state = filter.state.as_ref();
    let state = state.filter(|state| state.operator == Operator::And);
    let kinds = state.and_then(|state| state.r#type.as_ref()?.any_.as_ref());
    filter.operator == Operator::And && kinds.is_some_and(|kinds| kinds.len() == 1)
}

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &FlowRunFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.id {
            all.group(Operator::And, |all| all.any_or_not("r.id", id));
        }
        if let Some(name) = &filter.name {
            all.group(Operator::And, |all| all.name("r.name", name));
        }
        if let Some(tags) = &filter.tags {
            all.tags("r.tags", tags.operator, tags.all_.as_ref(), tags.any_.as_ref(), tags.is_null_);
        }
        if let Some(deployment) = &filter.deployment_id {
            all.any_or_null("r.deployment_id", deployment);
        }
        if let Some(queue) = &filter.work_queue_name {
            all.any_or_null("r.work_queue_name", queue);
        }
        if let Some(state) = &filter.state {
            self::state(all, state);
        }
        if let Some(version) = &filter.flow_version {
            all.any("r.flow_version", version.any_.as_ref());
        }
        times(all, filter);
        if let Some(parent) = &filter.parent_flow_run_id
            && let Some(any) = &parent.any_
        {
            all.with(
                "r.parent_task_run_id IN (SELECT p.id FROM task_run p WHERE p.flow_run_id = ANY({}))",
                crate::db::Listed::list(any),
            );
        }
        if let Some(parent) = &filter.parent_task_run_id {
            all.any_or_null("r.parent_task_run_id", parent);
        }
        if let Some(key) = &filter.idempotency_key {
            all.group(Operator::And, |all| {
                all.any_or_not("r.idempotency_key", key);
                // A run without a key is in neither list.
                if key.not_any_.is_some() {
                    all.null("r.idempotency_key", Some(false));
                }
            });
        }
        if let Some(maker) = &filter.created_by {
            created_by(all, maker);
        }
    });
}

fn state(outer: &mut Conditions<'_>, filter: &FlowRunFilterState) {
    outer.group(filter.operator, |all| {
        if let Some(kind) = &filter.r#type {
            all.group(Operator::And, |all| all.any_or_not("r.state_type", kind));
        }
        if let Some(name) = &filter.name {
            all.group(Operator::And, |all| all.any_or_not("r.state_name", name));
        }
    });
}

fn times(all: &mut Conditions<'_>, filter: &FlowRunFilter) {
    if let Some(span) = &filter.start_time {
        all.group(Operator::And, |all| {
            all.time("r.started", span.before_, span.after_);
            all.null("r.start_time", span.is_null_);
        });
    }
    if let Some(span) = &filter.end_time {
        all.group(Operator::And, |all| all.time_or_null("r.end_time", span));
    }
    if let Some(span) = &filter.expected_start_time {
        all.group(Operator::And, |all| {
            all.time_span("r.expected_start_time", span);
        });
    }
    if let Some(span) = &filter.next_scheduled_start_time {
        all.group(Operator::And, |all| {
            all.time_span("r.next_scheduled_start_time", span);
        });
    }
}

/// Who made a run is text nobody sorts by; it always begins with its type.
fn created_by(outer: &mut Conditions<'_>, filter: &FlowRunFilterCreatedBy) {
    outer.group(filter.operator, |all| {
        if let Some(ids) = &filter.id_ {
            all.group(Operator::Or, |all| {
                all.never_where(ids.is_empty());
                for id in ids {
                    all.with(
                        "r.created_by ILIKE {} ESCAPE '\\'",
                        super::contains(&id.to_string()),
                    );
                }
            });
        }
        if let Some(kinds) = &filter.type_ {
            all.group(Operator::Or, |all| {
                all.never_where(kinds.is_empty());
                for kind in kinds {
                    let text = serde_json::json!({ "type": kind }).to_string();
                    let inner = &text[1..text.len() - 1];
                    all.with("r.created_by ILIKE {} ESCAPE '\\'", super::contains(inner));
                }
            });
        }
        all.null("r.created_by", filter.is_null_);
    });
}
