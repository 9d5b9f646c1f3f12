//! The counts that dashboards are given: they are what counting the rows gives.
//!
//! The database counts, and tells only of what differs, so that nothing large comes here.

use milliways_model::Timestamp;

use super::Finding;
use crate::db::{Conn, DbError, Sql, params};
use crate::tally::{DAY, HOUR, NEVER};

/// Hours of flow runs, task runs and events: what is kept, less what is counted. Then days, less their hours.
static DIFFERENCES: [(&str, Sql); 6] = [
    (
        "expected flow runs",
        Sql::new(
            "SELECT q.start, q.kind, q.name, CAST(SUM(q.kept) AS BIGINT), CAST(SUM(q.counted) AS BIGINT) FROM (
            SELECT y.workspace_id AS w, y.start AS start, y.kind AS kind, y.name AS name, y.count AS kept, 0 AS counted
            FROM tally y WHERE y.about = 4 AND y.width = ?1
            UNION ALL SELECT r.workspace_id, CASE WHEN r.expected_start_time IS NULL THEN CAST(?2 AS BIGINT)
            ELSE r.expected_start_time - (((r.expected_start_time % ?1) + ?1) % ?1) END, COALESCE(r.state_type, ''),
            COALESCE(r.state_name, ''), 0, 1 FROM flow_run r) q
            GROUP BY q.w, q.start, q.kind, q.name HAVING SUM(q.kept) <> SUM(q.counted) LIMIT 20",
        ),
    ),
    (
        "expected task runs",
        Sql::new(
            "SELECT q.start, q.kind, q.name, CAST(SUM(q.kept) AS BIGINT), CAST(SUM(q.counted) AS BIGINT) FROM (
            SELECT y.workspace_id AS w, y.start AS start, y.kind AS kind, y.name AS name, y.count AS kept, 0 AS counted
            FROM tally y WHERE y.about = 5 AND y.width = ?1
            UNION ALL SELECT t.workspace_id, CASE WHEN t.expected_start_time IS NULL THEN CAST(?2 AS BIGINT)
            ELSE t.expected_start_time - (((t.expected_start_time % ?1) + ?1) % ?1) END, COALESCE(t.state_type, ''),
            COALESCE(t.state_name, ''), 0, 1 FROM task_run t) q
            GROUP BY q.w, q.start, q.kind, q.name HAVING SUM(q.kept) <> SUM(q.counted) LIMIT 20",
        ),
    ),
    (
        "flow runs",
        Sql::new(
            "SELECT q.start, q.kind, q.name, CAST(SUM(q.kept) AS BIGINT), CAST(SUM(q.counted) AS BIGINT) FROM (
            SELECT y.workspace_id AS w, y.start AS start, y.kind AS kind, y.name AS name, y.count AS kept, 0 AS counted,
            y.lateness AS late FROM tally y WHERE y.about = 1 AND y.width = ?1
            UNION ALL SELECT r.workspace_id, CASE WHEN r.started IS NULL THEN CAST(?2 AS BIGINT)
            ELSE r.started - (((r.started % ?1) + ?1) % ?1) END, COALESCE(r.state_type, ''), COALESCE(r.state_name, ''), 0, 1,
            CASE WHEN r.start_time > r.expected_start_time THEN r.expected_start_time - r.start_time ELSE 0 END
            FROM flow_run r) q GROUP BY q.w, q.start, q.kind, q.name
            HAVING SUM(q.kept) <> SUM(q.counted) OR SUM(q.late) <> 0 LIMIT 20",
        ),
    ),
    (
        "task runs",
        Sql::new(
            "SELECT q.start, q.kind, q.name, CAST(SUM(q.kept) AS BIGINT), CAST(SUM(q.counted) AS BIGINT) FROM (
            SELECT y.workspace_id AS w, y.start AS start, y.kind AS kind, y.name AS name, y.count AS kept, 0 AS counted
            FROM tally y WHERE y.about = 2 AND y.width = ?1
            UNION ALL SELECT t.workspace_id, CASE WHEN t.start_time IS NULL THEN CAST(?2 AS BIGINT)
            ELSE t.start_time - (((t.start_time % ?1) + ?1) % ?1) END, COALESCE(t.state_type, ''),
            COALESCE(t.state_name, ''), 0, 1 FROM task_run t) q
            GROUP BY q.w, q.start, q.kind, q.name HAVING SUM(q.kept) <> SUM(q.counted) LIMIT 20",
        ),
    ),
    (
        "events",
        Sql::new(
            "SELECT q.start, q.kind, q.name, CAST(SUM(q.kept) AS BIGINT), CAST(SUM(q.counted) AS BIGINT) FROM (
            SELECT y.workspace_id AS w, y.start AS start, y.kind AS kind, y.name AS name, y.count AS kept, 0 AS counted
            FROM tally y WHERE y.about = 3 AND y.width = ?1 AND y.start <> ?2
            UNION ALL SELECT e.workspace_id, e.occurred - (((e.occurred % ?1) + ?1) % ?1),
            COALESCE(e.state_type, ''), e.name, 0, 1
            FROM event e) q GROUP BY q.w, q.start, q.kind, q.name HAVING SUM(q.kept) <> SUM(q.counted) LIMIT 20",
        ),
    ),
    (
        "days",
        Sql::new(
            "SELECT q.start, q.kind, q.name, CAST(SUM(q.kept) AS BIGINT), CAST(SUM(q.counted) AS BIGINT) FROM (
            SELECT y.workspace_id AS w, y.about AS about, y.start AS start, y.kind AS kind, y.name AS name,
            y.count AS kept, 0 AS counted, y.lateness AS late FROM tally y WHERE y.width = ?3 AND y.about <= 3
            UNION ALL SELECT y.workspace_id, y.about, CASE WHEN y.start = ?2 THEN y.start
            ELSE y.start - (((y.start % ?3) + ?3) % ?3) END, y.kind, y.name, 0, y.count, -y.lateness
            FROM tally y WHERE y.width = ?1 AND y.about <= 3) q GROUP BY q.w, q.about, q.start, q.kind, q.name
            HAVING SUM(q.kept) <> SUM(q.counted) OR SUM(q.late) <> 0 LIMIT 20",
        ),
    ),
];

/// Counts everything, and compares.
pub(super) async fn kept(conn: &Conn) -> Result<Finding, DbError> {
    let mut broken = Vec::new();
    for (what, sql) in &DIFFERENCES {
        let values = params![HOUR, NEVER, DAY];
        let values = if *what == "days" {
            &values[..]
        } else {
            &values[..2]
        };
        let lines = conn.query(sql, values, |row| {
            let start: i64 = row.take()?;
            let (kind, name): (String, String) = (row.take()?, row.take()?);
            let (kept, counted): (i64, i64) = (row.take()?, row.take()?);
            let start = if start == NEVER {
                "no time".to_owned()
            } else {
                Timestamp::from_micros(start).to_string()
            };
            Ok(format!(
                "{what} of {start} {kind} {name}: {kept} kept, {counted} counted"
            ))
        });
        broken.extend(lines.await?);
    }
    Ok(Finding {
        name: "counts",
        says: "what dashboards are told of runs and events is what counting them gives",
        next: "nothing is lost: `milliways server doctor --recount` counts everything anew",
        broken,
    })
}

/// The statements of this file.
#[cfg(test)]
pub(super) fn statements() -> impl Iterator<Item = (&'static str, &'static Sql)> {
    DIFFERENCES.iter().map(|(what, sql)| (*what, sql))
}
