//! Which log lines, as conditions on `l`.

use milliways_model::filter::{LogFilter, Operator};
use milliways_model::text_query::TextQuery;

use super::Conditions;

/// Whether lines are asked for by the runs that wrote them.
pub(super) fn is_keyed(filter: &LogFilter) -> bool {
    let flow_runs = filter.flow_run_id.as_ref().and_then(|id| id.any_.as_ref());
    let task_runs = filter.task_run_id.as_ref().and_then(|id| id.any_.as_ref());
    filter.operator == Operator::And && (flow_runs.is_some() || task_runs.is_some())
}

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &LogFilter) {
    outer.group(filter.operator, |all| {
        if let Some(level) = &filter.level {
            all.group(Operator::And, |all| {
                if let Some(least) = level.ge_ {
                    all.with("l.level >= {}", least);
                }
                if let Some(most) = level.le_ {
                    all.with("l.level <= {}", most);
                }
            });
        }
        if let Some(span) = &filter.timestamp {
            all.group(Operator::And, |all| all.time_span("l.timestamp", span));
        }
        if let Some(run) = &filter.flow_run_id {
            all.any("l.flow_run_id", run.any_.as_ref());
        }
        if let Some(run) = &filter.task_run_id {
            all.any_or_null("l.task_run_id", &run.clone().into());
        }
        if let Some(text) = &filter.text {
            words(all, &text.query);
        }
    });
}

/// What is looked for may stand in the message or in the name of the logger.
fn words(outer: &mut Conditions<'_>, query: &str) {
    let wanted = TextQuery::of(query);
    outer.group(Operator::And, |all| {
        all.group(Operator::Or, |any| {
            for term in &wanted.any {
                has(any, term, "");
            }
        });
        for term in &wanted.all {
            has(all, term, "");
        }
        for term in &wanted.none {
            has(all, term, "NOT ");
        }
    });
}

fn has(conditions: &mut Conditions<'_>, term: &str, not: &str) {
    let place = conditions.query.value(super::contains(term));
    conditions.add(format!(
        "{not}(l.message ILIKE {place} ESCAPE '\\' OR l.name ILIKE {place} ESCAPE '\\')"
    ));
}
