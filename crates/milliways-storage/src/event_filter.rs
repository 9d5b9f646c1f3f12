//! Which events: what of a filter the database answers.
//!
//! Times, names and ids have columns. What an event is about is found through the index of subjects and through
//! the runs that states belong to (`subjects`). Labels and words are looked for in what is rendered, by the same
//! matcher that live subscribers are served by; for those the database only narrows down.

mod subjects;

use milliways_model::filter::{EventFilter, Operator};
use milliways_model::sort::EventOrder;
use milliways_model::{Timestamp, Uuid, WorkspaceId};

use crate::db::Value;
use crate::filter::{Conditions, Query};
use crate::scope::EventPosition;
use crate::tally::Span;
use subjects::{Criterion, Reach};

/// How far back an open beginning reaches, in seconds: 180 days.
const LOOK_BACK: f64 = 180.0 * 86_400.0;

/// Whether the database applies every criterion of a filter, so that no event has to be looked at.
pub fn is_exact(filter: &EventFilter) -> bool {
    filter.text.is_none()
        && filter.resource.as_ref().is_none_or(|it| !it.distinct)
        && Criterion::all(filter).iter().all(Criterion::is_exact)
}

/// Whether it asks for nothing but times and names, which are counted already.
pub(crate) fn is_counted(filter: &EventFilter) -> bool {
    is_exact(filter)
        && Criterion::all(filter).is_empty()
        && filter.id.as_ref().is_none_or(|it| it.id.is_none())
}

/// From when to when a filter looks, both ends included, `now` being the present.
pub fn times(filter: &EventFilter, now: Timestamp) -> (Timestamp, Timestamp) {
    let occurred = filter.occurred.clone().unwrap_or_default();
    (
        occurred.since.unwrap_or(now.plus_seconds(-LOOK_BACK)),
        occurred.until.unwrap_or(now),
    )
}

/// The same as a span that is counted.
pub(crate) fn span(filter: &EventFilter, now: Timestamp) -> Span {
    let (since, until) = times(filter, now);
    Span {
        from: Some(since.as_micros()),
        until: Some(until.as_micros() + 1),
    }
}

/// `FROM` and `WHERE` for events `e`, of those that come after a position in the filter's order.
pub(crate) fn from_where(
    query: &mut Query,
    workspace: WorkspaceId,
    filter: &EventFilter,
    now: Timestamp,
    after: Option<EventPosition>,
) {
    let (mut since, mut until) = times(filter, now);
    // A later page begins at its place in the index of times, not at the beginning of the list.
    let sign = match filter.order {
        EventOrder::Asc => '>',
        EventOrder::Desc => '<',
    };
    match (after, filter.order) {
        (Some(at), EventOrder::Asc) => since = since.max(at.occurred),
        (Some(at), EventOrder::Desc) => until = until.min(at.occurred),
        (None, _) => {}
    }
    let criteria = Criterion::all(filter);
    let mut rest = Vec::new();
    let mut driver = None;
    for one in &criteria {
        match one.reach() {
            // What the events are about comes first: few events are about one thing.
            Reach::Narrow if driver.is_none() => {
                driver = Some(one.positions(query, workspace, (since, until)));
            }
            Reach::Narrow => {
                let positions = one.positions(query, workspace, (since, until));
                rest.push(format!("e.seq IN ({positions})"));
            }
            Reach::Wide(states) => rest.push(one.condition(query, states)),
            Reach::Open => {}
        }
    }
    match driver {
        Some(positions) => query.push(&format!(
            " FROM ({positions}) hit CROSS JOIN event e WHERE e.seq = hit.seq AND "
        )),
        None => query.push(" FROM event e WHERE "),
    };
    let mut all = Conditions::new(query, Operator::And);
    all.with("e.workspace_id = {}", workspace);
    all.with("e.occurred >= {}", since);
    all.with("e.occurred <= {}", until);
    if let Some(ids) = filter.id.as_ref().and_then(|it| it.id.as_ref()) {
        all.with(
            "e.id = ANY({})",
            ids.iter().map(|id| id.0).collect::<Vec<Uuid>>(),
        );
    }
    if let Some(EventPosition { occurred, seq }) = after {
        let (occurred, seq) = (all.query.value(occurred), all.query.value(seq));
        all.add(format!(
            "(e.occurred {sign} {occurred} OR e.seq {sign} {seq})"
        ));
    }
    names(&mut all, filter);
    for condition in rest {
        all.add(condition);
    }
    let text = all.text().unwrap_or_else(|| "1 = 1".to_owned());
    query.push(&text);
}

/// The order of a page.
pub(crate) fn order(filter: &EventFilter) -> &'static str {
    match filter.order {
        EventOrder::Asc => " ORDER BY e.occurred, e.seq",
        EventOrder::Desc => " ORDER BY e.occurred DESC, e.seq DESC",
    }
}

/// Whether there may be names that do not pass.
pub(crate) fn asks_for_names(filter: &EventFilter) -> bool {
    filter.event.as_ref().is_some_and(|event| {
        [
            &event.prefix,
            &event.exclude_prefix,
            &event.name,
            &event.exclude_name,
        ]
        .iter()
        .any(|asked| asked.is_some())
    })
}

/// Whether an event's name passes.
pub(crate) fn name_passes(filter: &EventFilter, name: &str) -> bool {
    let Some(event) = &filter.event else {
        return true;
    };
    let begins = |prefixes: &Vec<String>| {
        prefixes
            .iter()
            .any(|prefix| name.starts_with(prefix.as_str()))
    };
    let is_one = |names: &Vec<String>| names.iter().any(|one| one == name);
    event.prefix.as_ref().is_none_or(begins)
        && !event.exclude_prefix.as_ref().is_some_and(begins)
        && event.name.as_ref().is_none_or(is_one)
        && !event.exclude_name.as_ref().is_some_and(is_one)
}

fn names(all: &mut Conditions<'_>, filter: &EventFilter) {
    let Some(event) = &filter.event else { return };
    if let Some(prefixes) = &event.prefix {
        all.group(Operator::Or, |any| {
            for prefix in prefixes {
                begins(any, prefix, "");
            }
        });
    }
    for prefix in event.exclude_prefix.iter().flatten() {
        begins(all, prefix, "NOT ");
    }
    if let Some(names) = &event.name {
        all.with("e.name = ANY({})", names.clone());
    }
    if let Some(names) = &event.exclude_name {
        all.with("e.name <> ALL({})", names.clone());
    }
}

/// The name begins with `prefix`, compared letter by letter: `LIKE` would ignore case on one database.
fn begins(any: &mut Conditions<'_>, prefix: &str, not: &str) {
    let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
    let [text, length] =
        [Value::from(prefix.to_owned()), length.into()].map(|value| any.query.value(value));
    any.add(format!(
        "{not}SUBSTR(e.name, 1, CAST({length} AS INTEGER)) = {text}"
    ));
}
