//! The parts of a history: of each state how many runs there are, for how long they ran and how late they are.

use std::collections::HashMap;

use milliways_model::history::HistoryResponseState;
use milliways_model::{StateType, Timestamp, WorkspaceId};

use super::Of;
use crate::db::{Conn, DbError, Row};
use crate::filter::Query;
use crate::tables::text_of;
use crate::tally::{About, Layers, Piece, Sums};

/// What pieces of a history are made of.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Rows(Of),
    /// Whole spans of a width.
    Counts(About, i64),
}

/// The counts that are kept.
const COUNTS: Of = Of {
    table: "tally c",
    alias: "c",
    column: "start",
};

/// The state and the sums of a row of [`COUNTS`], as [`Sums::read`] takes them.
const COUNTED: &str =
    "c.kind, c.name, c.count, c.lateness, c.run_time, c.running_since, c.waiting, c.waiting_since";

/// What [`columns`] look at, of flow runs `r` or task runs `t`.
fn looked_at(alias: &str) -> String {
    let mut names = vec![
        "state_type",
        "state_name",
        "state_timestamp",
        "start_time",
        "end_time",
        "expected_start_time",
        "total_run_time",
    ];
    if alias == "r" {
        names.push("started");
    }
    let names: Vec<_> = names.iter().map(|name| format!("{alias}.{name}")).collect();
    names.join(", ")
}

/// The state of rows of runs, how many they are, their run time and lateness in seconds; of each row, or of all that
/// are of one group.
pub(super) fn columns(query: &mut Query, of: Of, now: Timestamp, grouped: bool) -> String {
    let Of { alias, .. } = of;
    let now = query.value(now.as_micros());
    let seconds =
        |from: &str, until: &str| format!("CAST({until} - {from} AS DOUBLE PRECISION) / 1000000.0");
    // Of a flow run that has not started, it is the time in which it was expected to: an index has it beside that.
    let started = if alias == "r" {
        "started"
    } else {
        "start_time"
    };
    let [since, start, started, expected] = [
        "state_timestamp",
        "start_time",
        started,
        "expected_start_time",
    ]
    .map(|column| format!("{alias}.{column}"));
    let running = seconds(&since, &now);
    let (was_late, is_late) = (seconds(&expected, &started), seconds(&expected, &now));
    let run_time = format!(
        "{alias}.total_run_time + CASE WHEN {alias}.state_type = 'RUNNING' THEN {running} ELSE 0 END"
    );
    let lateness = format!(
        "CASE WHEN {started} > {expected} THEN {was_late} \
         WHEN {start} IS NULL AND {alias}.end_time IS NULL AND {expected} < {now} THEN {is_late} ELSE 0 END"
    );
    let numbers = if grouped {
        format!("COUNT(*), SUM({run_time}), SUM({lateness})")
    } else {
        format!("1, {run_time}, {lateness}")
    };
    format!("{alias}.state_type, {alias}.state_name, {numbers}")
}

/// Runs of one state in one part.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: i64,
    /// Microseconds, in 128 bits: 64 hold those of a hundred runs that are late by centuries, and not of many more.
    run_time: i128,
    lateness: i128,
}

impl Sum {
    fn add(&mut self, other: Self, sign: i8) {
        self.count += i64::from(sign) * other.count;
        self.run_time += i128::from(sign) * other.run_time;
        self.lateness += i128::from(sign) * other.lateness;
    }
}

/// A state: its type, and the number of its name among those that were met.
type State = (StateType, usize);

/// What was counted of each state in each part, so far.
#[derive(Debug, Default)]
pub(super) struct Parts {
    names: HashMap<String, usize>,
    /// By the number of the part.
    sums: Vec<Vec<(State, Sum)>>,
}

impl Parts {
    /// Adds what is in some pieces to the parts that are to have it, and takes it from those that are not.
    pub(super) async fn add(
        &mut self,
        conn: &Conn,
        workspace: WorkspaceId,
        source: Source,
        pieces: &[Piece],
        now: Timestamp,
    ) -> Result<(), DbError> {
        let layers = Layers::new(pieces);
        let times = match source {
            Source::Rows(_) => layers.times().collect(),
            Source::Counts(..) => layers.ranges(),
        };
        let mut query = Query::new("");
        let [times, workspace] = [query.value(text_of(&times)), query.value(workspace)];
        // PostgreSQL adds rows up itself, for sending them is what takes long; the embedded database would sort them.
        let grouped = conn.is_remote() && matches!(source, Source::Rows(_));
        let (of, moment, columns, asked) = match source {
            Source::Rows(of) => {
                let columns = columns(&mut query, of, now, grouped);
                let asked = format!("{}.state_type IS NOT NULL", of.alias);
                (of, "piece.since", columns, asked)
            }
            Source::Counts(about, width) => {
                let (about, width) = (query.value(about.number()), query.value(width));
                let asked = format!("c.about = {about} AND c.width = {width} AND c.kind <> ''");
                (COUNTS, "c.start", COUNTED.to_owned(), asked)
            }
        };
        let Of {
            table,
            alias,
            column,
        } = of;
        let mut found = format!(
            "{table} WHERE {alias}.workspace_id = {workspace} AND {asked} \
             AND {alias}.{column} >= piece.since AND {alias}.{column} < piece.until"
        );
        // PostgreSQL has to be told to look up time by time: it would rather go through the table once and compare each
        // row with every time.
        // What is looked up is copied: no more than is needed.
        if conn.is_remote() {
            let needed = match source {
                Source::Rows(_) => looked_at(alias),
                Source::Counts(..) => format!("c.start, {COUNTED}"),
            };
            found = format!("LATERAL (SELECT {needed} FROM {found} OFFSET 0) AS {alias}");
        }
        let group = if grouped { " GROUP BY 1, 2, 3" } else { "" };
        query.push(&format!(
            "WITH piece AS MATERIALIZED (SELECT CAST(json_extract(g.value, '$[0]') AS BIGINT) AS since, \
             CAST(json_extract(g.value, '$[1]') AS BIGINT) AS until FROM json_each({times}) AS g) \
             SELECT {moment}, {columns} FROM piece CROSS JOIN {found}{group}"
        ));
        conn.query(&query.text, &query.params, |row| {
            let moment = row.take()?;
            let state = self.take_state(row)?;
            let sum = match source {
                Source::Rows(_) => take_rows(row)?,
                Source::Counts(..) => {
                    let sums = Sums::read(row)?;
                    Sum {
                        count: sums.count,
                        run_time: sums.run_time_at(now, moment, state.0),
                        lateness: sums.lateness_at(now, moment),
                    }
                }
            };
            for sides in layers.at(moment) {
                for (part, sign) in [(sides.with, 1), (sides.without, -1)] {
                    if let Some(part) = part {
                        self.add_sum(part, state, sum, sign);
                    }
                }
            }
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// Adds a row: the number of a part, then the [`columns`] of a group.
    pub(super) fn add_rows(&mut self, row: &mut Row<'_>) -> Result<(), DbError> {
        let part = row.take()?;
        let state = self.take_state(row)?;
        self.add_sum(part, state, take_rows(row)?, 1);
        Ok(())
    }

    /// Takes away what was counted elsewhere.
    pub(super) fn take(&mut self, other: &Self) {
        let names = by_number(&other.names);
        for (part, states) in (0..).zip(&other.sums) {
            for ((kind, name), sum) in states {
                let name = self.number_of(names[*name]);
                self.add_sum(part, (*kind, name), *sum, -1);
            }
        }
    }

    fn take_state(&mut self, row: &mut Row<'_>) -> Result<State, DbError> {
        let kind = row.take()?;
        let name = row.text(|name| self.number_of(name))?;
        Ok((kind, name))
    }

    fn number_of(&mut self, name: &str) -> usize {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let next = self.names.len();
        self.names.insert(name.to_owned(), next);
        next
    }

    fn add_sum(&mut self, part: i64, state: State, sum: Sum, sign: i8) {
        let Ok(part) = usize::try_from(part) else {
            return;
        };
        if self.sums.len() <= part {
            self.sums.resize_with(part + 1, Vec::new);
        }
        let states = &mut self.sums[part];
        let place = states.iter().position(|(known, _)| *known == state);
        let place = place.unwrap_or_else(|| {
            states.push((state, Sum::default()));
            states.len() - 1
        });
        states[place].1.add(sum, sign);
    }

    /// Forgets the states that are not asked for.
    pub(super) fn retain(&mut self, is_asked: impl Fn(StateType, &str) -> bool) {
        let names = by_number(&self.names);
        for states in &mut self.sums {
            states.retain(|((kind, name), _)| is_asked(*kind, names[*name]));
        }
    }

    /// All that there are any of in each part up to the last one with any, in the order of types and names.
    pub(super) fn states(&self) -> impl Iterator<Item = Vec<HistoryResponseState>> {
        let names = by_number(&self.names);
        self.sums.iter().map(move |states| {
            let some = states.iter().filter(|(_, sum)| sum.count > 0);
            let state = |((kind, name), sum): &(State, Sum)| HistoryResponseState {
                state_type: *kind,
                state_name: names[*name].to_owned(),
                count_runs: sum.count,
                sum_estimated_run_time: seconds(sum.run_time),
                sum_estimated_lateness: seconds(sum.lateness),
            };
            let mut states: Vec<_> = some.map(state).collect();
            states.sort_unstable_by(|a, b| {
                (a.state_type, &a.state_name).cmp(&(b.state_type, &b.state_name))
            });
            states
        })
    }
}

/// Names in the order in which they were met.
fn by_number(numbers: &HashMap<String, usize>) -> Vec<&str> {
    let mut names = vec![""; numbers.len()];
    for (name, number) in numbers {
        names[*number] = name;
    }
    names
}

/// What [`columns`] say after the state.
fn take_rows(row: &mut Row<'_>) -> Result<Sum, DbError> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "float to int casts saturate"
    )]
    let micros = |seconds: f64| (seconds * 1e6).round() as i128;
    Ok(Sum {
        count: row.take()?,
        run_time: micros(row.take()?),
        lateness: micros(row.take()?),
    })
}

#[expect(clippy::cast_precision_loss, reason = "sums of times are measures")]
fn seconds(micros: i128) -> f64 {
    micros as f64 / 1e6
}
