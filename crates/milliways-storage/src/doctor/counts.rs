//! The counts that dashboards are given: they are what counting the rows gives.
//!
//! The database counts, and tells only of what differs, so that nothing large comes here.

use milliways_model::{Timestamp, Uuid};

use super::Finding;
use crate::db::{Conn, DbError, Row, Sql, params, statements};
use crate::tally::owners::owned_runs;
use crate::tally::{About, NEVER};

/// The shortest spans of all that is counted by time: what is kept, less what is counted.
static SHORTEST: [(About, &str, Sql); 6] = [
    (
        About::ExpectedFlowRuns,
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
        About::ExpectedTaskRuns,
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
        About::FlowRuns,
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
        About::TaskRuns,
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
        About::Events,
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
    // By what is counted of each name, which is held to the log above.
    (
        About::AllEvents,
        "all events",
        Sql::new(
            "SELECT q.start, q.kind, q.name, CAST(SUM(q.kept) AS BIGINT), CAST(SUM(q.counted) AS BIGINT) FROM (
            SELECT y.workspace_id AS w, y.start AS start, y.kind AS kind, y.name AS name, y.count AS kept, 0 AS counted
            FROM tally y WHERE y.about = 6 AND y.width = ?1 AND y.start <> ?2
            UNION ALL SELECT y.workspace_id, y.start, '', '', 0, y.count FROM tally y WHERE y.about = 3 AND y.width = ?1
            ) q GROUP BY q.w, q.start, q.kind, q.name HAVING SUM(q.kept) <> SUM(q.counted) LIMIT 20",
        ),
    ),
];

statements! {
    /// Longer spans, less the shorter ones in them.
    LONGER = "SELECT q.start, q.kind, q.name, CAST(SUM(q.kept) AS BIGINT), CAST(SUM(q.counted) AS BIGINT) FROM (
        SELECT y.workspace_id AS w, y.start AS start, y.kind AS kind, y.name AS name, y.count AS kept, 0 AS counted,
        y.lateness AS late, y.run_time AS ran, y.running_since AS since, y.waiting AS waits, y.waiting_since AS waited
        FROM tally y WHERE y.about = ?4 AND y.width = ?3
        UNION ALL SELECT y.workspace_id, CASE WHEN y.start = ?2 THEN y.start
        ELSE y.start - (((y.start % ?3) + ?3) % ?3) END, y.kind, y.name, 0, y.count, -y.lateness, -y.run_time,
        -y.running_since, -y.waiting, -y.waiting_since
        FROM tally y WHERE y.about = ?4 AND y.width = ?1) q GROUP BY q.w, q.start, q.kind, q.name
        HAVING SUM(q.kept) <> SUM(q.counted) OR SUM(q.late) <> 0 OR SUM(q.ran) <> 0 OR SUM(q.since) <> 0
        OR SUM(q.waits) <> 0 OR SUM(q.waited) <> 0 LIMIT 20";
    OWNERS = concat!("SELECT q.owner, q.start, q.kind, q.name, CAST(SUM(q.kept) AS BIGINT), CAST(SUM(q.counted) AS BIGINT) FROM (
        SELECT c.workspace_id AS w, c.owner_id AS owner, c.start AS start, c.kind AS kind, c.name AS name,
        c.count AS kept, 0 AS counted, c.lateness AS late FROM flow_run_count c
        UNION ALL SELECT o.workspace_id, o.owner_id, o.start, o.kind, o.name, 0, 1, -o.lateness
        FROM (", owned_runs!(), ") o WHERE o.owner_id IS NOT NULL AND o.start IS NOT NULL) q
        GROUP BY q.w, q.owner, q.start, q.kind, q.name HAVING SUM(q.kept) <> SUM(q.counted) OR SUM(q.late) <> 0 LIMIT 20");
}

/// Counts everything, and compares.
pub(super) async fn kept(conn: &Conn) -> Result<Finding, DbError> {
    let mut broken = Vec::new();
    for (about, what, sql) in &SHORTEST {
        let values = params![about.widths()[0], NEVER];
        broken.extend(conn.query(sql, &values, |row| line(row, what)).await?);
        for pair in about.widths().windows(2) {
            let values = params![pair[0], NEVER, pair[1], about.number()];
            let what = format!("{what} in spans of {} s", pair[1] / 1_000_000);
            broken.extend(conn.query(&LONGER, &values, |row| line(row, &what)).await?);
        }
    }
    let values = params![NEVER];
    let owners = conn.query(&OWNERS, &values, |row| {
        let owner: Uuid = row.take()?;
        line(row, &format!("flow runs of {owner}"))
    });
    broken.extend(owners.await?);
    Ok(Finding {
        name: "counts",
        says: "what dashboards are told of runs and events is what counting them gives",
        next: "nothing is lost: `milliways server doctor --recount` counts everything anew",
        broken,
    })
}

fn line(row: &mut Row<'_>, what: &str) -> Result<String, DbError> {
    let start: i64 = row.take()?;
    let start = if start == NEVER {
        "no time".to_owned()
    } else {
        Timestamp::from_micros(start).to_string()
    };
    let (kind, name): (String, String) = (row.take()?, row.take()?);
    let (kept, counted): (i64, i64) = (row.take()?, row.take()?);
    Ok(format!(
        "{what} of {start} {kind} {name}: {kept} kept, {counted} counted"
    ))
}

/// The statements of this file.
#[cfg(test)]
pub(super) fn statements() -> impl Iterator<Item = (&'static str, &'static Sql)> {
    let shortest = SHORTEST.iter().map(|(_, what, sql)| (*what, sql));
    shortest.chain(STATEMENTS.iter().copied())
}
