//! The tally counted anew from the rows, and how the two differ: not at all, or something is broken.

use milliways_model::Uuid;

use super::{About, DAY, HOUR, NEVER};
use crate::db::{Conn, DbError, params, statements};

statements! {
    CLEAR = "DELETE FROM tally";
    FILL_FLOW_RUNS = "INSERT INTO tally (workspace_id, about, width, start, kind, name, shard, count, lateness)
        SELECT r.workspace_id, 1, CAST(?1 AS BIGINT), CASE WHEN r.started IS NULL THEN CAST(?2 AS BIGINT) ELSE r.started - (r.started % ?1) END,
        COALESCE(r.state_type, ''), COALESCE(r.state_name, ''), 0, COUNT(*),
        SUM(CASE WHEN r.start_time > r.expected_start_time THEN r.start_time - r.expected_start_time ELSE 0 END)
        FROM flow_run r GROUP BY 1, 4, 5, 6";
    FILL_TASK_RUNS = "INSERT INTO tally (workspace_id, about, width, start, kind, name, shard, count, lateness)
        SELECT t.workspace_id, 2, CAST(?1 AS BIGINT), CASE WHEN t.start_time IS NULL THEN CAST(?2 AS BIGINT) ELSE t.start_time - (t.start_time % ?1) END,
        COALESCE(t.state_type, ''), COALESCE(t.state_name, ''), 0, COUNT(*), 0
        FROM task_run t GROUP BY 1, 4, 5, 6";
    FILL_EVENTS = "INSERT INTO tally (workspace_id, about, width, start, kind, name, shard, count, lateness)
        SELECT e.workspace_id, 3, CAST(?1 AS BIGINT), e.occurred - (((e.occurred % ?1) + ?1) % ?1), '', e.name, 0, COUNT(*), 0
        FROM event e GROUP BY 1, 4, 6";
    SUMS = "SELECT workspace_id, about, width, start, kind, name, CAST(SUM(count) AS BIGINT), CAST(SUM(lateness) AS BIGINT)
        FROM tally GROUP BY 1, 2, 3, 4, 5, 6 HAVING SUM(count) <> 0 OR SUM(lateness) <> 0 ORDER BY 1, 2, 3, 4, 5, 6";
}

/// Counts everything anew, in the transaction that is open.
async fn rebuild(conn: &Conn) -> Result<(), DbError> {
    conn.execute(&CLEAR, &[]).await?;
    for width in [HOUR, DAY] {
        for fill in [&FILL_FLOW_RUNS, &FILL_TASK_RUNS] {
            conn.execute(fill, &params![width, NEVER]).await?;
        }
        conn.execute(&FILL_EVENTS, &params![width]).await?;
    }
    Ok(())
}

/// Where the tally is not what counting anew gives, in words. It is counted anew in passing.
pub(crate) async fn differences(conn: &Conn) -> Result<Vec<String>, DbError> {
    conn.lock_table("tally").await?;
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
    conn.query(&SUMS, &[], |row| {
        let workspace: Uuid = row.take()?;
        let (about, width, start): (i64, i64, i64) = (row.take()?, row.take()?, row.take()?);
        let (kind, name): (String, String) = (row.take()?, row.take()?);
        let (count, lateness): (i64, i64) = (row.take()?, row.take()?);
        let what = [About::FlowRuns, About::TaskRuns, About::Events]
            .into_iter()
            .find(|one| one.number() == about);
        Ok(format!(
            "{workspace} {what:?} {width} {start} {kind} {name}: {count} {lateness}"
        ))
    })
    .await
}
