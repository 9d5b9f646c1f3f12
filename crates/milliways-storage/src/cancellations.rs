//! What a cancelled flow run leaves behind: its task runs, its subflows, and the runs whose cancelling never ends.

use std::time::Duration;

use milliways_model::worker_channel::CleanupKind;
use milliways_model::{
    FlowRunId, JsonObject, State, StateCreate, StateId, StateType, TaskRunId, Timestamp,
    WorkspaceId, uuid7,
};
use milliways_orchestration::{Client, Policy};
use serde_json::{Map, json};

use crate::db::{Conn, DbError, Row, Tx, params, statements};
use crate::error::StoreError;
use crate::scope::{Scope, draw};
use crate::store::Store;
use crate::tables::{cleanup, flow_run, work_pool, work_queue};
use crate::transition::{Outcome, Set, Transitions};

/// The words in the states of what belonged to a cancelled run.
const PARENT_CANCELLED: &str = "The parent flow run was cancelled.";
const TIMED_OUT: &str = "Flow run cancellation timed out; marked this flow run as Cancelled.";

statements! {
    LEFT_TASK_RUNS = "SELECT t.workspace_id, t.id FROM workspace w
        JOIN flow_run r ON r.workspace_id = w.id AND r.end_time >= ?1 AND r.state_type = 'CANCELLED'
        JOIN task_run t ON t.flow_run_id = r.id
        WHERE t.state_type NOT IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED') ORDER BY t.id LIMIT ?2";
    LEFT_SUBFLOWS = "SELECT c.workspace_id, c.id, c.deployment_id IS NOT NULL FROM workspace w
        JOIN flow_run r ON r.workspace_id = w.id AND r.end_time >= ?1 AND r.state_type = 'CANCELLED'
        JOIN task_run t ON t.flow_run_id = r.id
        JOIN flow_run c ON c.parent_task_run_id = t.id
        WHERE c.state_type NOT IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
        AND (c.deployment_id IS NULL OR c.state_type <> 'CANCELLING') ORDER BY c.id LIMIT ?2";
    STUCK = "SELECT r.workspace_id, r.id FROM workspace w
        JOIN flow_run r ON r.workspace_id = w.id AND r.state_type = 'CANCELLING'
        WHERE r.state_timestamp <= ?1 ORDER BY r.state_timestamp LIMIT ?2";
}

impl Store {
    /// Task runs that have not ended of flow runs that were cancelled since a moment.
    pub async fn task_runs_of_cancelled(
        &self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, TaskRunId)>, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| {
                let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?));
                Ok(conn
                    .query(&LEFT_TASK_RUNS, &params![since, limit], read)
                    .await?)
            })
            .await
    }

    /// Subflow runs that have not ended of flow runs that were cancelled since a moment, and whether they have a
    /// deployment.
    pub async fn subflows_of_cancelled(
        &self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, FlowRunId, bool)>, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| {
                let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?, row.take()?));
                Ok(conn
                    .query(&LEFT_SUBFLOWS, &params![since, limit], read)
                    .await?)
            })
            .await
    }

    /// Flow runs that have been CANCELLING since before a moment, longest first.
    pub async fn stuck_cancellations(
        &self,
        before: Timestamp,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, FlowRunId)>, StoreError> {
        self.lanes()?
            .read(async move |conn: &Conn| {
                let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?));
                Ok(conn.query(&STUCK, &params![before, limit], read).await?)
            })
            .await
    }
}

impl Scope {
    /// Cancels a task run of a cancelled flow run; says whether it did.
    pub async fn cancel_left_task_run(&self, id: TaskRunId) -> Result<bool, StoreError> {
        let mut state = StateCreate::new(StateType::Cancelled);
        state.message = Some(PARENT_CANCELLED.to_owned());
        let set = Set {
            force: true,
            client: Client::CURRENT,
        };
        let outcome = self.set_task_run_state(id, state, set).await?;
        Ok(is_written(outcome.as_ref()))
    }

    /// Cancels a subflow run of a cancelled flow run: a worker has to end one with a deployment. Says whether it did.
    pub async fn cancel_left_subflow(
        &self,
        id: FlowRunId,
        has_deployment: bool,
    ) -> Result<bool, StoreError> {
        let mut state = StateCreate::new(if has_deployment {
            StateType::Cancelling
        } else {
            StateType::Cancelled
        });
        state.message = Some(PARENT_CANCELLED.to_owned());
        let set = Set {
            force: false,
            client: Client::CURRENT,
        };
        let outcome = self.set_flow_run_state(id, state, set).await?;
        Ok(is_written(outcome.as_ref()))
    }

    /// Cancels a run that has been CANCELLING for longer than `timeout`, and asks the workers of its pool to tear
    /// down what is left of it; says whether it did.
    pub async fn cancel_stuck(&self, id: FlowRunId, timeout: Duration) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let mut transitions = Transitions::new(tx, workspace, draw);
            transitions.load_flow_runs(vec![id]).await?;
            let is_over = transitions.current(id).is_some_and(|state| {
                state.kind == StateType::Cancelling && state.timestamp + timeout <= tx.now
            });
            if !is_over {
                return Ok(false);
            }
            let state_id = StateId(uuid7(tx.now, draw()));
            let mut state = State::new(state_id, StateType::Cancelled, tx.now);
            state.message = Some(TIMED_OUT.to_owned());
            let outcome = transitions
                .set(id.0, state, |_, _| Policy::CoreFlow, Client::CURRENT)
                .await?;
            transitions.finish().await?;
            let is_cancelled = is_written(outcome.as_ref())
                && outcome
                    .and_then(|outcome| outcome.result.state)
                    .is_some_and(|state| state.id == state_id);
            if is_cancelled {
                ask_for_teardown(tx, workspace, id, state_id).await?;
            }
            Ok(is_cancelled)
        })
        .await
    }
}

fn is_written(outcome: Option<&Outcome>) -> bool {
    outcome.is_some_and(|outcome| outcome.written)
}

/// Asks the workers of a run's pool to tear down its infrastructure. Pools that push runs elsewhere have no workers.
async fn ask_for_teardown(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowRunId,
    state: StateId,
) -> Result<(), DbError> {
    let Some(run) = flow_run::by_id(tx, workspace, id, tx.now).await? else {
        return Ok(());
    };
    let Some(queue) = run.work_queue_id else {
        return Ok(());
    };
    let pool = match work_queue::by_id(tx, workspace, queue).await? {
        Some(queue) => queue.work_pool_id,
        None => None,
    };
    let Some(pool) = pool else { return Ok(()) };
    let Some(pool) = work_pool::by_id(tx, workspace, pool).await? else {
        return Ok(());
    };
    if pool.r#type.ends_with(":push") || pool.r#type.ends_with(":managed") {
        return Ok(());
    }
    let kind = CleanupKind::CancellingTimeout;
    let target = Map::from_iter([
        ("flow_run_id".to_owned(), json!(id)),
        (
            "infrastructure_pid".to_owned(),
            json!(run.infrastructure_pid),
        ),
    ]);
    let message = cleanup::NewMessage {
        id: crate::scope::message_id(tx.now),
        key: &format!("{}:{id}:{state}", kind.as_str()),
        pool: pool.id,
        queue: Some(queue),
        kind,
        target: &JsonObject::from_map(&target),
    };
    cleanup::insert(tx, workspace, &message).await?;
    Ok(())
}
