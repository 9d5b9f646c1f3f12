//! Counts of spans of time: whole spans from the tally, the widest that fit, what is left at both ends from the rows.

use milliways_model::{StateType, WorkspaceId};

use super::{About, DAY, NEVER, lateness};
use crate::db::{Conn, DbError, Row, params, statements};
use crate::filter::Query;
use crate::tables::text_of;

/// The names of a list that [`Named::list`] makes, as the rows of `one`. It is read before: a database would otherwise
/// read an item again for each row that it compares with it.
macro_rules! named {
    ($list:literal) => {
        concat!(
            "WITH one AS MATERIALIZED (SELECT json_extract(g.value, '$[0]') AS kind,
            json_extract(g.value, '$[1]') AS name, CAST(json_extract(g.value, '$[2]') AS BIGINT) AS first,
            CAST(json_extract(g.value, '$[3]') AS BIGINT) AS last FROM json_each(",
            $list,
            ") AS g)"
        )
    };
}
pub(crate) use named;

statements! {
    TYPES_NAMED = "SELECT DISTINCT c.kind FROM tally c WHERE c.workspace_id = ?1 AND c.about = ?2 AND c.width = ?3
        AND c.name = ANY(?4) AND c.count > 0";
    /// Of each name in a list, the first and the last span that counts any, from a moment of each on and up to another.
    NAMED = concat!(named!("?6"), "
        SELECT one.kind, one.name,
        (SELECT c.start FROM tally c WHERE c.workspace_id = ?1 AND c.about = ?2 AND c.width = ?3
        AND c.start >= one.first AND c.start < ?5 AND c.kind = one.kind AND c.name = one.name AND c.count > 0
        ORDER BY c.start LIMIT 1),
        (SELECT c.start FROM tally c WHERE c.workspace_id = ?1 AND c.about = ?2 AND c.width = ?3
        AND c.start >= ?4 AND c.start < one.last AND c.kind = one.kind AND c.name = one.name AND c.count > 0
        ORDER BY c.start DESC LIMIT 1)
        FROM one");
}

/// From a moment on, up to one; without any, all rows, those without a time among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Option<i64>,
    pub(crate) until: Option<i64>,
}

/// Rows of the same kind and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// The type of the state, empty for other events and for runs without one.
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
    let asked = Asked {
        workspace,
        about,
        by_time: None,
    };
    asked
        .count(conn, parts(span, about.widths()), |row| {
            Ok(Counted {
                kind: row.take()?,
                name: row.take()?,
                count: row.take()?,
                lateness: row.take()?,
            })
        })
        .await
}

/// Counts the rows of some names, or all of them, apart for each span of that length: the number of the span since the
/// epoch, and a part of its count. None where the length is no multiple of what is counted.
pub(crate) async fn count_by_time(
    conn: &Conn,
    workspace: WorkspaceId,
    about: About,
    span: Span,
    length: i64,
    names: Option<Vec<String>>,
) -> Result<Option<Vec<(i64, i64)>>, DbError> {
    let fits = |width: &&i64| length % **width == 0;
    let widths: Vec<i64> = about.widths().iter().take_while(fits).copied().collect();
    if widths.is_empty() {
        return Ok(None);
    }
    let asked = Asked {
        workspace,
        about,
        by_time: Some((length, names)),
    };
    let counted = asked.count(conn, parts(span, &widths), |row| {
        Ok((row.take()?, row.take()?))
    });
    Ok(Some(counted.await?))
}

/// The types of the states of those names in which there are runs.
pub(crate) async fn types_named(
    conn: &Conn,
    workspace: WorkspaceId,
    about: About,
    names: Vec<String>,
) -> Result<Vec<StateType>, DbError> {
    let values = params![workspace, about.number(), DAY, names];
    let types: Vec<Option<StateType>> = conn
        .query(&TYPES_NAMED, &values, |row| {
            Ok(StateType::parse(&row.take::<String>()?))
        })
        .await?;
    Ok(types.into_iter().flatten().collect())
}

/// A kind and name of which there are rows, where the first span with any begins and the last one ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) first: i64,
    pub(crate) last: i64,
}

impl Named {
    /// What [`named!`] reads: each with the part of its time that is in another one.
    pub(crate) fn list(names: &[Self], from: i64, until: i64) -> String {
        let items = names.iter().map(|one| {
            let (first, last) = (one.first.max(from), one.last.min(until));
            (&one.kind, &one.name, first, last)
        });
        text_of(&items.collect::<Vec<_>>())
    }
}

/// What is counted in the widest spans that a time touches.
pub(crate) async fn names(
    conn: &Conn,
    workspace: WorkspaceId,
    about: About,
    span: Span,
) -> Result<Vec<Named>, DbError> {
    let width = *about.widths().last().unwrap_or(&DAY);
    let mut query = Query::new(
        "SELECT c.kind, c.name, MIN(c.start), MAX(c.start) FROM tally c WHERE c.count > 0",
    );
    let (from, until) = touched(span, width);
    let [about, from, until] = [about.number(), from, until].map(|number| query.value(number));
    let (workspace, of_width) = (query.value(workspace), query.value(width));
    query.push(&format!(
        " AND c.workspace_id = {workspace} AND c.about = {about} AND c.width = {of_width} \
         AND c.start >= {from} AND c.start < {until} GROUP BY 1, 2"
    ));
    conn.query(&query.text, &query.params, |row| {
        let (kind, name, first) = (row.take()?, row.take()?, row.take()?);
        let last = row.take::<i64>()? + width;
        Ok(Named {
            kind,
            name,
            first,
            last,
        })
    })
    .await
}

/// The same for the shortest spans, of those that are asked for.
pub(crate) async fn ends(
    conn: &Conn,
    workspace: WorkspaceId,
    about: About,
    span: Span,
    is_asked: impl Fn(&Named) -> bool,
) -> Result<Vec<Named>, DbError> {
    let mut found = names(conn, workspace, about, span).await?;
    found.retain(is_asked);
    // From the widest ones on: of the next ones only those in what was found are looked at.
    for width in about.widths().iter().rev().skip(1) {
        let (from, until) = touched(span, *width);
        let names = Named::list(&found, from, until);
        let values = params![workspace, about.number(), *width, from, until, names];
        let narrowed = conn.query(&NAMED, &values, |row| {
            let (kind, name) = (row.take()?, row.take()?);
            let (first, last): (Option<i64>, Option<i64>) = (row.take()?, row.take()?);
            let ends = first.zip(last);
            Ok(ends.map(|(first, last)| Named {
                kind,
                name,
                first,
                last: last + width,
            }))
        });
        found = narrowed.await?.into_iter().flatten().collect();
    }
    Ok(found)
}

/// The beginnings of the spans of a width that a time touches: from one on, before another.
fn touched(span: Span, width: i64) -> (i64, i64) {
    let from = span
        .from
        .map_or(NEVER + 1, |from| super::floor(from, width));
    (from, span.until.unwrap_or(i64::MAX))
}

/// Whose rows, and which.
struct Asked {
    workspace: WorkspaceId,
    about: About,
    /// Counted by spans of that length, those of these names or all; else by kind and name.
    by_time: Option<(i64, Option<Vec<String>>)>,
}

impl Asked {
    async fn count<T>(
        &self,
        conn: &Conn,
        parts: Vec<Part>,
        read: impl FnMut(&mut Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut query = Query::new("");
        for part in parts {
            if !query.text.is_empty() {
                query.push(" UNION ALL ");
            }
            self.select(&mut query, part);
        }
        if query.text.is_empty() {
            return Ok(Vec::new());
        }
        conn.query(&query.text, &query.params, read).await
    }

    fn select(&self, query: &mut Query, part: Part) {
        let (from, until, width) = match part {
            Part::Whole { width, from, until } => (from, until, Some(width)),
            Part::Rows { from, until } => (from, until, None),
        };
        let (table, alias, at) = match self.about {
            _ if width.is_some() => ("tally", "c", "start"),
            About::FlowRuns => ("flow_run", "r", "started"),
            About::ExpectedFlowRuns => ("flow_run", "r", "expected_start_time"),
            About::TaskRuns => ("task_run", "t", "start_time"),
            About::ExpectedTaskRuns => ("task_run", "t", "expected_start_time"),
            About::Events | About::AllEvents => ("event", "e", "occurred"),
        };
        let count = match alias {
            "c" => "CAST(SUM(c.count) AS BIGINT)",
            _ => "COUNT(*)",
        };
        let group = if let Some((length, _)) = &self.by_time {
            let length = query.value(*length);
            query.push(&format!("SELECT {alias}.{at} / {length}, {count}"));
            "1"
        } else {
            let (state, lateness) = match alias {
                "c" => ("c.kind, c.name", "CAST(SUM(c.lateness) AS BIGINT)"),
                "r" => (STATE_OF_FLOW_RUN, LATENESS),
                "t" => (STATE_OF_TASK_RUN, "CAST(0 AS BIGINT)"),
                // The type of a state is in no index: nobody counts by it.
                _ => ("'', e.name", "CAST(0 AS BIGINT)"),
            };
            query.push(&format!("SELECT {state}, {count}, {lateness}"));
            "1, 2"
        };
        query.push(&format!(" FROM {table} {alias} WHERE "));
        if let Some(width) = width {
            let (about, width) = (query.value(self.about.number()), query.value(width));
            query.push(&format!("c.about = {about} AND c.width = {width} AND "));
        }
        if let Some((_, Some(names))) = &self.by_time {
            let names = query.value(names.clone());
            query.push(&format!("{alias}.name = ANY({names}) AND "));
        }
        let workspace = query.value(self.workspace);
        let (from, until) = (query.value(from), query.value(until));
        query.push(&format!(
            "{alias}.workspace_id = {workspace} AND {alias}.{at} >= {from} AND {alias}.{at} < {until} GROUP BY {group}"
        ));
    }
}

const STATE_OF_FLOW_RUN: &str = "COALESCE(r.state_type, ''), COALESCE(r.state_name, '')";
const STATE_OF_TASK_RUN: &str = "COALESCE(t.state_type, ''), COALESCE(t.state_name, '')";
const LATENESS: &str = concat!("CAST(SUM(", lateness!("r"), ") AS BIGINT)");

/// A part of a span, up to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Whole spans of a width.
    Whole { width: i64, from: i64, until: i64 },
    /// What is left at an end, where rows are looked at.
    Rows { from: i64, until: i64 },
}

/// Takes a span apart by spans of these widths, ascending: the widest ones in the middle, narrower ones around them, rows
/// at the ends.
pub(crate) fn parts(span: Span, widths: &[i64]) -> Vec<Part> {
    let all = span.from.is_none() && span.until.is_none();
    let from = span.from.unwrap_or(if all { NEVER } else { NEVER + 1 });
    let until = span.until.unwrap_or(i64::MAX);
    let mut parts = Vec::new();
    if from < until {
        split(&mut parts, from, until, widths);
    }
    parts
}

fn split(parts: &mut Vec<Part>, from: i64, until: i64, widths: &[i64]) {
    // Both ends are brought to whole spans, from the narrowest width to the widest; the middle is what is left.
    let Some((&width, wider)) = widths.split_first() else {
        return;
    };
    let first = next(from, width, until);
    let end = last(until, width, first);
    rows(parts, from, first);
    widen(parts, first, end, width, wider);
    rows(parts, end, until);
}

/// Whole spans of a width between two of their beginnings, wider ones where they fit.
fn widen(parts: &mut Vec<Part>, from: i64, until: i64, width: i64, wider: &[i64]) {
    let Some((&next_width, widest)) = wider.split_first() else {
        return whole(parts, width, from, until);
    };
    let first = next(from, next_width, until);
    let end = last(until, next_width, first);
    whole(parts, width, from, first);
    widen(parts, first, end, next_width, widest);
    whole(parts, width, end, until);
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
    use super::{NEVER, Part, Span, parts};
    use crate::tally::{About, DAY, FIVE_MINUTES, HOUR};

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
                for part in parts(Span { from, until }, About::FlowRuns.widths()) {
                    let (begin, end) = match part {
                        Part::Rows { from, until } => {
                            assert!(until - from < FIVE_MINUTES, "{part:?}");
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
