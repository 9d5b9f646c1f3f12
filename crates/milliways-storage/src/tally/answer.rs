//! Counts of spans of time: whole days and hours from the tally, what is left at both ends from the rows.

use milliways_model::WorkspaceId;

use super::{About, DAY, HOUR, NEVER};
use crate::db::{Conn, DbError};
use crate::filter::Query;

/// From a moment on, up to one; without any, all rows, those without a time among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Option<i64>,
    pub(crate) until: Option<i64>,
}

/// Rows of the same kind and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// The type of the state, empty for events and for runs without one.
    pub(crate) kind: String,
    /// The name of the state or the event.
    pub(crate) name: String,
    pub(crate) count: i64,
    /// The sum of microseconds by which runs started late.
    pub(crate) lateness: i64,
}

/// Counts rows by kind and name, all at one moment. One pair may come more than once.
pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    about: About,
    span: Span,
) -> Result<Vec<Counted>, DbError> {
    let mut query = Query::new("");
    for part in parts(span) {
        if !query.text.is_empty() {
            query.push(" UNION ALL ");
        }
        select(&mut query, workspace, about, part);
    }
    if query.text.is_empty() {
        return Ok(Vec::new());
    }
    conn.query(&query.text, &query.params, |row| {
        Ok(Counted {
            kind: row.take()?,
            name: row.take()?,
            count: row.take()?,
            lateness: row.take()?,
        })
    })
    .await
}

fn select(query: &mut Query, workspace: WorkspaceId, about: About, part: Part) {
    let workspace = query.value(workspace);
    let (table, at, from, until) = match part {
        Part::Whole { width, from, until } => {
            let (number, width) = (query.value(about.number()), query.value(width));
            query.push(&format!(
                "SELECT c.kind, c.name, CAST(SUM(c.count) AS BIGINT), CAST(SUM(c.lateness) AS BIGINT) FROM tally c \
                 WHERE c.about = {number} AND c.width = {width}"
            ));
            ("c", "start", from, until)
        }
        Part::Rows { from, until } => {
            query.push(match about {
                About::FlowRuns => {
                    "SELECT COALESCE(r.state_type, ''), COALESCE(r.state_name, ''), COUNT(*), \
                     CAST(SUM(CASE WHEN r.start_time > r.expected_start_time \
                     THEN r.start_time - r.expected_start_time ELSE 0 END) AS BIGINT) FROM flow_run r WHERE 1 = 1"
                }
                About::TaskRuns => {
                    "SELECT COALESCE(t.state_type, ''), COALESCE(t.state_name, ''), COUNT(*), CAST(0 AS BIGINT) \
                     FROM task_run t WHERE 1 = 1"
                }
                About::Events => {
                    "SELECT '', e.name, COUNT(*), CAST(0 AS BIGINT) FROM event e WHERE 1 = 1"
                }
            });
            let (table, at) = match about {
                About::FlowRuns => ("r", "started"),
                About::TaskRuns => ("t", "start_time"),
                About::Events => ("e", "occurred"),
            };
            (table, at, from, until)
        }
    };
    let (from, until) = (query.value(from), query.value(until));
    query.push(&format!(
        " AND {table}.workspace_id = {workspace} AND {table}.{at} >= {from} AND {table}.{at} < {until} GROUP BY 1, 2"
    ));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole { width: i64, from: i64, until: i64 },
    Rows { from: i64, until: i64 },
}

/// Takes a span apart: days in the middle, hours around them, rows at the ends.
fn parts(span: Span) -> Vec<Part> {
    let all = span.from.is_none() && span.until.is_none();
    let from = span.from.unwrap_or(if all { NEVER } else { NEVER + 1 });
    let until = span.until.unwrap_or(i64::MAX);
    if from >= until {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let first_hour = next(from, HOUR, until);
    let last_hour = last(until, HOUR, first_hour);
    let first_day = next(first_hour, DAY, last_hour);
    let last_day = last(last_hour, DAY, first_day);
    rows(&mut parts, from, first_hour);
    whole(&mut parts, HOUR, first_hour, first_day);
    whole(&mut parts, DAY, first_day, last_day);
    whole(&mut parts, HOUR, last_day, last_hour);
    rows(&mut parts, last_hour, until);
    parts
}

fn rows(parts: &mut Vec<Part>, from: i64, until: i64) {
    if from < until {
        parts.push(Part::Rows { from, until });
    }
}

fn whole(parts: &mut Vec<Part>, width: i64, from: i64, until: i64) {
    if from < until {
        parts.push(Part::Whole { width, from, until });
    }
}

/// The first beginning of a span of that width at `from` or later, `until` at the latest. The open ends of time
/// are such beginnings.
fn next(from: i64, width: i64, until: i64) -> i64 {
    if from <= NEVER + 1 {
        return from;
    }
    let floor = super::floor(from, width);
    if floor == from {
        return from;
    }
    floor.saturating_add(width).min(until)
}

/// The last such beginning at `until` or earlier, `from` at the earliest.
fn last(until: i64, width: i64, from: i64) -> i64 {
    if until == i64::MAX {
        return until;
    }
    super::floor(until, width).max(from)
}

#[cfg(test)]
mod tests {
    use super::{DAY, HOUR, NEVER, Part, Span, parts};

    /// The parts follow each other without a gap, whole ones at whole spans.
    #[test]
    fn a_span_is_the_sum_of_its_parts() {
        let moments = [
            None,
            Some(-DAY),
            Some(0),
            Some(1),
            Some(HOUR),
            Some(HOUR + 5),
            Some(2 * HOUR - 1),
            Some(DAY - 1),
            Some(DAY),
            Some(DAY + HOUR),
            Some(3 * DAY + 7 * HOUR + 3),
        ];
        for from in moments {
            for until in moments {
                let mut at = None;
                for part in parts(Span { from, until }) {
                    let (begin, end) = match part {
                        Part::Rows { from, until } => {
                            assert!(until - from < HOUR, "{part:?}");
                            (from, until)
                        }
                        Part::Whole { width, from, until } => {
                            let is_whole = |edge: i64| {
                                edge % width == 0 || edge <= NEVER + 1 || edge == i64::MAX
                            };
                            assert!(is_whole(from) && is_whole(until), "{part:?}");
                            (from, until)
                        }
                    };
                    assert_eq!(at.unwrap_or(begin), begin);
                    at = Some(end);
                }
                let is_empty = from.is_some_and(|from| until.is_some_and(|until| from >= until));
                assert_eq!(at.is_none(), is_empty, "{from:?} {until:?}");
            }
        }
    }
}
