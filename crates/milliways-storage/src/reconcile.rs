//! What reconcilers look for in all workspaces, and what they clear away. All of it is bounded.

use std::collections::BTreeMap;

use milliways_model::{DeploymentId, FlowRunId, TaskRunId, Timestamp, Uuid, WorkspaceId};

use crate::db::{Conn, Row, params, statements};
use crate::error::StoreError;
use crate::store::Store;
use crate::tables::concurrency_lease::ExpiredLease;
use crate::tables::event::NamedEvents;
use crate::tables::{attempt, concurrency_lease, event, flow_run, task_queue, task_run};
use crate::tally::{self, CountPosition, fold};

statements! {
    SCHEDULES = "SELECT DISTINCT c.workspace_id, c.deployment_id FROM deployment_schedule c WHERE c.look_at <= ?1
        ORDER BY c.deployment_id LIMIT ?2";
    SILENT_DEPLOYMENTS = "SELECT d.workspace_id, d.id FROM deployment d LEFT JOIN work_queue q ON q.id = d.work_queue_id
        WHERE d.status = 'READY' AND d.last_polled < ?1 AND (q.last_polled IS NULL OR q.last_polled < ?1)
        ORDER BY d.last_polled LIMIT ?2";
    DUE = "SELECT r.workspace_id, r.id FROM workspace w CROSS JOIN flow_run r WHERE r.workspace_id = w.id
        AND r.state_type = 'SCHEDULED' AND r.state_name = 'Scheduled'
        AND r.next_scheduled_start_time <= ?1 ORDER BY r.next_scheduled_start_time LIMIT ?2";
    PAUSED = "SELECT r.workspace_id, r.id FROM workspace w CROSS JOIN flow_run r WHERE r.workspace_id = w.id
        AND r.state_type = 'PAUSED' ORDER BY r.state_timestamp LIMIT ?1";
    OLD_LOGS = "DELETE FROM log WHERE seq IN (SELECT seq FROM log ORDER BY seq LIMIT ?2) AND created < ?1";
    ENDED = "SELECT r.workspace_id, r.id FROM workspace w JOIN flow_run r ON r.workspace_id = w.id AND r.end_time < ?1
        ORDER BY r.end_time LIMIT ?2";
}

impl Store {
    /// Flow runs whose process was not heard of in time, with the end of their leases, oldest first.
    pub async fn lapsed_attempts(
        &self,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, FlowRunId, Timestamp)>, StoreError> {
        let now = self.clock().now();
        self.lanes()?
            .read(async move |conn: &Conn| Ok(attempt::lapsed(conn, now, limit).await?))
            .await
    }

    /// Leases on slots whose time is over, oldest first.
    pub async fn expired_leases(&self, limit: i64) -> Result<Vec<ExpiredLease>, StoreError> {
        let now = self.clock().now();
        self.lanes()?
            .read(async move |conn: &Conn| Ok(concurrency_lease::expired(conn, now, limit).await?))
            .await
    }

    /// Deployments with schedules that have to be looked at.
    pub async fn deployments_to_schedule(
        &self,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, DeploymentId)>, StoreError> {
        let now = self.clock().now();
        self.lanes()?
            .read(async move |conn: &Conn| {
                let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?));
                Ok(conn.query(&SCHEDULES, &params![now, limit], read).await?)
            })
            .await
    }

    /// READY deployments whose runs nobody has asked for since `before`, longest first.
    pub async fn silent_deployments(
        &self,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, DeploymentId)>, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| {
                let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?));
                Ok(conn
                    .query(&SILENT_DEPLOYMENTS, &params![before, limit], read)
                    .await?)
            })
            .await
    }

    /// SCHEDULED flow runs that were due at `before` and are not marked as late, oldest first.
    pub async fn due_flow_runs(
        &self,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, FlowRunId)>, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| {
                Ok(conn.query(&DUE, &params![before, limit], pair).await?)
            })
            .await
    }

    /// PAUSED flow runs, longest paused first.
    pub async fn paused_flow_runs(
        &self,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, FlowRunId)>, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| Ok(conn.query(&PAUSED, &params![limit], pair).await?))
            .await
    }

    /// Deletes events received before a moment, at most `limit` of them; gives how many. States of runs are
    /// kept as long as their runs.
    pub async fn delete_events(&self, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
        self.lanes()?
            .write(0, usize::try_from(limit).unwrap_or(1), async move |tx| {
                Ok(event::delete_old(tx, before, limit).await?)
            })
            .await
    }

    /// Looks at the events received after one moment and before another, `limit` of them and states of runs not among
    /// them, and deletes those of a name. Where there are more, the next look goes on from where this one got.
    pub async fn delete_events_named(
        &self,
        name: String,
        between: (Timestamp, Timestamp),
        limit: i64,
    ) -> Result<NamedEvents, StoreError> {
        self.lanes()?
            .write(0, usize::try_from(limit).unwrap_or(1), async move |tx| {
                Ok(event::delete_named(tx, &name, between, limit).await?)
            })
            .await
    }

    /// Taken background tasks that should have begun by now, longest ago first.
    pub async fn overdue_task_runs(
        &self,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, TaskRunId)>, StoreError> {
        let now = self.clock().now();
        self.lanes()?
            .read(async move |conn: &Conn| Ok(task_queue::overdue(conn, now, limit).await?))
            .await
    }

    /// Deletes log lines received before a moment, at most `limit` of them; gives how many.
    pub async fn delete_logs(&self, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
        self.lanes()?
            .write(0, usize::try_from(limit).unwrap_or(1), async move |tx| {
                Ok(tx.execute(&OLD_LOGS, &params![before, limit]).await?)
            })
            .await
    }

    /// Deletes flow runs with all that belongs to them, in one step: where they have more than `task_runs` task runs
    /// only so many of those are deleted, and the rest is left to the next steps. Gives how many flow runs are gone.
    pub async fn delete_flow_runs(
        &self,
        runs: Vec<(WorkspaceId, FlowRunId)>,
        task_runs: i64,
    ) -> Result<u64, StoreError> {
        let mut of_workspaces: BTreeMap<WorkspaceId, Vec<Uuid>> = BTreeMap::new();
        for (workspace, run) in runs {
            of_workspaces.entry(workspace).or_default().push(run.0);
        }
        let mut deleted = 0;
        for (workspace, ids) in of_workspaces {
            let weight = ids.len() + usize::try_from(task_runs).unwrap_or(1);
            let lane = ids.first().map_or(0, |id| id.as_u128());
            deleted += self
                .lanes()?
                .write(lane, weight, async move |tx| {
                    let runs = ids.clone();
                    if !task_run::delete_some_of(tx, workspace, runs, task_runs).await? {
                        return Ok(0);
                    }
                    flow_run::delete_all(tx, workspace, ids.clone()).await?;
                    Ok(ids.len() as u64)
                })
                .await?;
        }
        Ok(deleted)
    }

    /// Looks at the next `most` counts of spans of time that began before a moment. Those of nothing are deleted, those
    /// that several writers have a part of become one. Gives how many rows there are less, and from where on to look at
    /// more: none where that was all.
    pub async fn fold_counts(
        &self,
        after: CountPosition,
        before: Timestamp,
        most: i64,
    ) -> Result<(u64, Option<CountPosition>), StoreError> {
        let lanes = self.lanes()?;
        // They are looked for without keeping writers waiting.
        let found = lanes
            .read(async move |conn: &Conn| Ok(fold::find(conn, after, before, most).await?))
            .await?;
        let next = found.next.clone();
        if found.len() == 0 {
            return Ok((0, next));
        }
        let less = lanes
            .write(0, found.len(), async move |tx| {
                Ok(fold::fold(tx, &found).await?)
            })
            .await?;
        Ok((less, next))
    }

    /// Has a shared database look at tables that have more than twice the rows that it knows of, so that it plans for
    /// what is there; gives how many. The plans of an embedded one are given.
    pub async fn analyze_grown_tables(&self) -> Result<u64, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| Ok(conn.analyze_grown().await?))
            .await
    }

    /// Where the counts that dashboards are shown are not what the rows say, in words. They are right afterwards.
    /// It looks at every row, and no one writes meanwhile.
    pub async fn check_counts(&self) -> Result<Vec<String>, StoreError> {
        self.lanes()?
            .write(0, 1, async move |tx| {
                tx.tallies.flush(tx)?;
                Ok(tally::differences(tx).await?)
            })
            .await
    }

    /// Flow runs that ended before a moment, oldest first.
    pub async fn ended_flow_runs(
        &self,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, FlowRunId)>, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| {
                Ok(conn.query(&ENDED, &params![before, limit], pair).await?)
            })
            .await
    }
}

fn pair(row: &mut Row<'_>) -> Result<(WorkspaceId, FlowRunId), crate::db::DbError> {
    Ok((row.take()?, row.take()?))
}
