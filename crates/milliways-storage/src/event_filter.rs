//! Which events: what of a filter the database can answer.
//!
//! Times, names and ids have columns. Labels, related resources and words are looked for in what is rendered,
//! by the same matcher that live subscribers are served by; for those the database only narrows down.

use milliways_model::filter::{EventFilter, Operator};
use milliways_model::sort::EventOrder;
use milliways_model::{Timestamp, Uuid, WorkspaceId};

use crate::filter::{Conditions, Query};

/// How far back an open beginning reaches, in seconds: 180 days.
const LOOK_BACK: f64 = 180.0 * 86_400.0;

/// Whether every criterion of the filter has a column, so that no event has to be looked at.
pub(crate) fn is_exact(filter: &EventFilter) -> bool {
    let resource = filter.resource.as_ref();
    filter.related.is_none()
        && filter.any_resource.is_none()
        && filter.text.is_none()
        && resource.is_none_or(|it| it.labels.is_none() && !it.distinct)
}

/// `WHERE` for events `e`.
pub(crate) fn conditions(
    query: &mut Query,
    workspace: WorkspaceId,
    filter: &EventFilter,
    now: Timestamp,
) {
    let mut all = Conditions::new(query, Operator::And);
    all.with("e.workspace_id = {}", workspace);
    let occurred = filter.occurred.clone().unwrap_or_default();
    all.with(
        "e.occurred >= {}",
        occurred.since.unwrap_or(now.plus_seconds(-LOOK_BACK)),
    );
    all.with("e.occurred <= {}", occurred.until.unwrap_or(now));
    if let Some(ids) = filter.id.as_ref().and_then(|it| it.id.as_ref()) {
        all.with(
            "e.id = ANY({})",
            ids.iter().map(|id| id.0).collect::<Vec<Uuid>>(),
        );
    }
    names(&mut all, filter);
    resources(&mut all, filter);
    let text = all.text().unwrap_or_else(|| "1 = 1".to_owned());
    query.push(" WHERE ").push(&text);
}

/// The order of a page.
pub(crate) fn order(filter: &EventFilter) -> &'static str {
    match filter.order {
        EventOrder::Asc => " ORDER BY e.occurred, e.seq",
        EventOrder::Desc => " ORDER BY e.occurred DESC, e.seq DESC",
    }
}

fn names(all: &mut Conditions<'_>, filter: &EventFilter) {
    let Some(event) = &filter.event else { return };
    if let Some(prefixes) = &event.prefix {
        all.group(Operator::Or, |any| {
            for prefix in prefixes {
                begins(any, "e.name", prefix, "");
            }
        });
    }
    for prefix in event.exclude_prefix.iter().flatten() {
        begins(all, "e.name", prefix, "NOT ");
    }
    if let Some(names) = &event.name {
        all.with("e.name = ANY({})", names.clone());
    }
    if let Some(names) = &event.exclude_name {
        all.with("e.name <> ALL({})", names.clone());
    }
}

fn resources(all: &mut Conditions<'_>, filter: &EventFilter) {
    let Some(resource) = &filter.resource else {
        return;
    };
    if let Some(ids) = &resource.id {
        all.group(Operator::Or, |any| {
            for (prefix, is_flow_run) in RUN_PREFIXES {
                let runs: Vec<Uuid> = ids
                    .iter()
                    .filter_map(|id| id.strip_prefix(prefix)?.parse().ok())
                    .collect();
                if !runs.is_empty() {
                    let runs = any.query.value(runs);
                    let kind = any.query.value(is_flow_run);
                    any.add(format!(
                        "(e.run_id = ANY({runs}) AND e.is_flow_run = {kind})"
                    ));
                }
            }
            any.with("e.resource_id = ANY({})", ids.clone());
        });
    }
    if let Some(prefixes) = &resource.id_prefix {
        all.group(Operator::Or, |any| {
            for prefix in prefixes {
                begins(any, "e.resource_id", prefix, "");
                run_begins(any, prefix);
            }
        });
    }
}

/// Resource ids of states are not stored: they are a prefix and the run's id.
const RUN_PREFIXES: [(&str, bool); 2] = [("prefect.flow-run.", true), ("prefect.task-run.", false)];

fn run_begins(any: &mut Conditions<'_>, prefix: &str) {
    for (run_prefix, is_flow_run) in RUN_PREFIXES {
        if run_prefix.starts_with(prefix) {
            any.with("(e.run_id IS NOT NULL AND e.is_flow_run = {})", is_flow_run);
        } else if let Some(rest) = prefix.strip_prefix(run_prefix)
            && let Some((least, most)) = uuid_range(rest)
        {
            let places = [least, most].map(|id| any.query.value(id));
            let kind = any.query.value(is_flow_run);
            any.add(format!(
                "(e.run_id >= {} AND e.run_id <= {} AND e.is_flow_run = {kind})",
                places[0], places[1]
            ));
        }
    }
}

/// The first and the last id whose text begins so; none where no id's text does.
fn uuid_range(prefix: &str) -> Option<(Uuid, Uuid)> {
    let shape = "00000000-0000-0000-0000-000000000000";
    let fill = |digit: char| -> Option<Uuid> {
        let rest: String = shape
            .get(prefix.len()..)?
            .chars()
            .map(|character| if character == '-' { '-' } else { digit })
            .collect();
        format!("{prefix}{rest}").parse().ok()
    };
    Some((fill('0')?, fill('f')?))
}

/// The column's text begins with `prefix`, compared letter by letter: `LIKE` would ignore case on one database.
fn begins(any: &mut Conditions<'_>, column: &str, prefix: &str, not: &str) {
    let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
    let [text, length] = [crate::db::Value::from(prefix.to_owned()), length.into()]
        .map(|value| any.query.value(value));
    any.add(format!(
        "{not}SUBSTR({column}, 1, CAST({length} AS INTEGER)) = {text}"
    ));
}

#[cfg(test)]
mod tests {
    use super::uuid_range;

    #[test]
    fn a_prefix_of_an_id_is_a_range_of_ids() {
        let (least, most) = uuid_range("018f").unwrap();
        assert_eq!(least.to_string(), "018f0000-0000-0000-0000-000000000000");
        assert_eq!(most.to_string(), "018fffff-ffff-ffff-ffff-ffffffffffff");
        assert_eq!(uuid_range("xyz"), None);
    }
}
