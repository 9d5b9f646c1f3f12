//! Which task runs, as conditions on `t`.

use milliways_model::filter::{Operator, TaskRunFilter};

use super::Conditions;

/// Whether runs are asked for by their ids or those of their flow runs.
pub(super) fn is_keyed(filter: &TaskRunFilter) -> bool {
    let ids = filter.id.as_ref().and_then(|id| id.any_.as_ref());
    let parents = filter.flow_run_id.as_ref().and_then(|id| id.any_.as_ref());
    filter.operator == Operator::And && (ids.is_some() || parents.is_some())
}

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &TaskRunFilter) {
    outer.group(filter.operator, |all| {
        if let Some(id) = &filter.id {
            all.any("t.id", id.any_.as_ref());
        }
        if let Some(name) = &filter.name {
            all.group(Operator::And, |all| all.name("t.name", name));
        }
        if let Some(tags) = &filter.tags {
            all.tags(
                "t.tags",
                tags.operator,
                tags.all_.as_ref(),
                None,
                tags.is_null_,
            );
        }
        if let Some(state) = &filter.state {
            all.group(state.operator, |all| {
                if let Some(kind) = &state.r#type {
                    all.any("t.state_type", kind.any_.as_ref());
                }
                if let Some(name) = &state.name {
                    all.any("t.state_name", name.any_.as_ref());
                }
            });
        }
        if let Some(span) = &filter.start_time {
            all.group(Operator::And, |all| all.time_or_null("t.start_time", span));
        }
        if let Some(span) = &filter.end_time {
            all.group(Operator::And, |all| all.time_or_null("t.end_time", span));
        }
        if let Some(span) = &filter.expected_start_time {
            all.group(Operator::And, |all| {
                all.time_span("t.expected_start_time", span);
            });
        }
        match filter
            .subflow_runs
            .as_ref()
            .and_then(|subflow| subflow.exists_)
        {
            Some(true) => all.add(format!("EXISTS {SUBFLOW}")),
            Some(false) => all.add(format!("NOT EXISTS {SUBFLOW}")),
            None => {}
        }
        if let Some(run) = &filter.flow_run_id {
            // Asked for both, those without a flow run count.
            match run.is_null_ {
                Some(_) => all.null("t.flow_run_id", run.is_null_),
                None => all.any("t.flow_run_id", run.any_.as_ref()),
            }
        }
    });
}

const SUBFLOW: &str = "(SELECT 1 FROM flow_run c WHERE c.parent_task_run_id = t.id)";
