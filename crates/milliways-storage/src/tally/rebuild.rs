//! The tally counted anew from the rows, and how the two differ: not at all, or something is broken.

use milliways_model::Uuid;

use super::owners::owned_runs;
use super::{About, NEVER, lateness, run_time};
use crate::db::{Conn, DbError, params, statements};

macro_rules! fill_started {
    ($table:literal, $alias:literal, $about:literal, $at:literal, $lateness:expr) => {
        concat!(
            "INSERT INTO tally (workspace_id, about, width, start, kind, name, shard, count, lateness, run_time,
            running_since, waiting, waiting_since)
            SELECT ", $alias, ".workspace_id, ", $about, ", CAST(?1 AS BIGINT), CASE WHEN ", $alias, ".", $at, " IS NULL
            THEN CAST(?2 AS BIGINT) ELSE ", $alias, ".", $at, " - (((", $alias, ".", $at, " % ?1) + ?1) % ?1) END,
            COALESCE(", $alias, ".state_type, ''), COALESCE(", $alias, ".state_name, ''), 0, COUNT(*),
            ", $lateness, ", 0, 0, 0, 0 FROM ", $table, " ", $alias, " GROUP BY 1, 4, 5, 6"
        )
    };
}

macro_rules! fill_expected {
    ($table:literal, $alias:literal, $about:literal) => {
        concat!(
            "INSERT INTO tally (workspace_id, about, width, start, kind, name, shard, count, lateness, run_time,
            running_since, waiting, waiting_since)
            SELECT ", $alias, ".workspace_id, ", $about, ", CAST(?1 AS BIGINT),
            CASE WHEN ", $alias, ".expected_start_time IS NULL THEN CAST(?2 AS BIGINT)
            ELSE ", $alias, ".expected_start_time - (((", $alias, ".expected_start_time % ?1) + ?1) % ?1) END,
            COALESCE(", $alias, ".state_type, ''), COALESCE(", $alias, ".state_name, ''), 0, COUNT(*),
            SUM(", lateness!($alias), "), SUM(", run_time!($alias), "),
            SUM(CASE WHEN ", $alias, ".state_type = 'RUNNING' AND ", $alias, ".expected_start_time IS NOT NULL
            THEN ", $alias, ".state_timestamp - ", $alias, ".expected_start_time + (((", $alias, ".expected_start_time % 3600000000)
            + 3600000000) % 3600000000) ELSE 0 END),
            SUM(CASE WHEN ", $alias, ".start_time IS NULL AND ", $alias, ".end_time IS NULL
            AND ", $alias, ".expected_start_time IS NOT NULL THEN 1 ELSE 0 END),
            SUM(CASE WHEN ", $alias, ".start_time IS NULL AND ", $alias, ".end_time IS NULL
            AND ", $alias, ".expected_start_time IS NOT NULL THEN ((", $alias, ".expected_start_time % 3600000000)
            + 3600000000) % 3600000000 ELSE 0 END)
            FROM ", $table, " ", $alias, " GROUP BY 1, 4, 5, 6"
        )
    };
}

statements! {
    CLEAR = "DELETE FROM tally";
    CLEAR_OWNERS = "DELETE FROM flow_run_count";
    FILL_OWNERS = concat!("INSERT INTO flow_run_count (workspace_id, owner_id, start, kind, name, shard, count, lateness)
        SELECT q.workspace_id, q.owner_id, q.start, q.kind, q.name, 0, COUNT(*), CAST(SUM(q.lateness) AS BIGINT)
        FROM (", owned_runs!(), ") q WHERE q.owner_id IS NOT NULL AND q.start IS NOT NULL GROUP BY 1, 2, 3, 4, 5");
    OWNERS = "SELECT workspace_id, owner_id, start, kind, name, CAST(SUM(count) AS BIGINT), CAST(SUM(lateness) AS BIGINT)
        FROM flow_run_count GROUP BY 1, 2, 3, 4, 5 HAVING SUM(count) <> 0 OR SUM(lateness) <> 0 ORDER BY 1, 2, 3, 4, 5";
    FILL_FLOW_RUNS = fill_started!("flow_run", "r", "1", "started", concat!("SUM(", lateness!("r"), ")"));
    FILL_TASK_RUNS = fill_started!("task_run", "t", "2", "start_time", "0");
    FILL_EXPECTED_FLOW_RUNS = fill_expected!("flow_run", "r", "4");
    FILL_EXPECTED_TASK_RUNS = fill_expected!("task_run", "t", "5");
    FILL_EVENTS = "INSERT INTO tally (workspace_id, about, width, start, kind, name, shard, count, lateness, run_time,
        running_since, waiting, waiting_since)
        SELECT e.workspace_id, 3, CAST(?1 AS BIGINT), e.occurred - (((e.occurred % ?1) + ?1) % ?1),
        COALESCE(e.state_type, ''), e.name, 0, COUNT(*), 0, 0, 0, 0, 0 FROM event e GROUP BY 1, 4, 5, 6";
    FILL_ALL_EVENTS = "INSERT INTO tally (workspace_id, about, width, start, kind, name, shard, count, lateness, run_time,
        running_since, waiting, waiting_since)
        SELECT workspace_id, 6, width, start, '', '', 0, CAST(SUM(count) AS BIGINT), 0, 0, 0, 0, 0 FROM tally
        WHERE about = 3 GROUP BY workspace_id, width, start";
    SUMS = "SELECT workspace_id, about, width, start, kind, name, CAST(SUM(count) AS BIGINT), CAST(SUM(lateness) AS BIGINT),
        CAST(SUM(run_time) AS BIGINT), CAST(SUM(running_since) AS BIGINT), CAST(SUM(waiting) AS BIGINT),
        CAST(SUM(waiting_since) AS BIGINT)
        FROM tally GROUP BY 1, 2, 3, 4, 5, 6 HAVING SUM(count) <> 0 OR SUM(lateness) <> 0 OR SUM(run_time) <> 0
        OR SUM(running_since) <> 0 OR SUM(waiting) <> 0 OR SUM(waiting_since) <> 0 ORDER BY 1, 2, 3, 4, 5, 6";
}

/// Counts everything anew, in the transaction that is open.
async fn rebuild(conn: &Conn) -> Result<(), DbError> {
    conn.execute(&CLEAR, &[]).await?;
    for (about, fill) in [
        (About::FlowRuns, &FILL_FLOW_RUNS),
        (About::TaskRuns, &FILL_TASK_RUNS),
        (About::ExpectedFlowRuns, &FILL_EXPECTED_FLOW_RUNS),
        (About::ExpectedTaskRuns, &FILL_EXPECTED_TASK_RUNS),
    ] {
        for width in about.widths() {
            conn.execute(fill, &params![*width, NEVER]).await?;
        }
    }
    for width in About::Events.widths() {
        conn.execute(&FILL_EVENTS, &params![*width]).await?;
    }
    // Of what was just counted by name: the log is long.
    conn.execute(&FILL_ALL_EVENTS, &[]).await?;
    conn.execute(&CLEAR_OWNERS, &[]).await?;
    conn.execute(&FILL_OWNERS, &params![NEVER]).await?;
    Ok(())
}

/// Where the tally is not what counting anew gives, in words. It is counted anew in passing.
pub(crate) async fn differences(conn: &Conn) -> Result<Vec<String>, DbError> {
    for table in ["tally", "flow_run_count"] {
        conn.lock_table(table).await?;
    }
    let kept = sums(conn).await?;
    rebuild(conn).await?;
    let counted = sums(conn).await?;
    let missing = counted.iter().filter(|line| !kept.contains(line));
    let wrong = kept.iter().filter(|line| !counted.contains(line));
    Ok(wrong
        .map(|line| format!("kept: {line}"))
        .chain(missing.map(|line| format!("counted: {line}")))
        .collect())
}

async fn sums(conn: &Conn) -> Result<Vec<String>, DbError> {
    let mut lines = spans(conn).await?;
    let owners = conn.query(&OWNERS, &[], |row| {
        let (workspace, owner, start): (Uuid, Uuid, i64) = (row.take()?, row.take()?, row.take()?);
        let (kind, name): (String, String) = (row.take()?, row.take()?);
        let (count, lateness): (i64, i64) = (row.take()?, row.take()?);
        Ok(format!(
            "{workspace} runs of {owner} {start} {kind} {name}: {count} {lateness}"
        ))
    });
    lines.extend(owners.await?);
    Ok(lines)
}

async fn spans(conn: &Conn) -> Result<Vec<String>, DbError> {
    conn.query(&SUMS, &[], |row| {
        let workspace: Uuid = row.take()?;
        let (about, width, start): (i64, i64, i64) = (row.take()?, row.take()?, row.take()?);
        let (kind, name): (String, String) = (row.take()?, row.take()?);
        let (count, lateness): (i64, i64) = (row.take()?, row.take()?);
        let (ran, running): (i64, i64) = (row.take()?, row.take()?);
        let (waiting, since): (i64, i64) = (row.take()?, row.take()?);
        let what = About::numbered(about);
        Ok(format!(
            "{workspace} {what:?} {width} {start} {kind} {name}: {count} {lateness} {ran} {running} {waiting} {since}"
        ))
    })
    .await
}
