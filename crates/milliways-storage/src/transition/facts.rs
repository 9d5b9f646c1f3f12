//! The facts that a decision asks for, read in its own transaction.

use milliways_model::{FlowRunId, State, WorkspaceId};
use milliways_orchestration::{CollisionStrategy, DeploymentFact, Facts, FlowRunFact, Needs};

use crate::db::{DbError, Row, Tx, params, statements};
use crate::tables::event::read_state;

statements! {
    FLOW_RUN = "SELECT r.run_count, s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM flow_run r LEFT JOIN event s ON s.id = r.state_id WHERE r.workspace_id = ?1 AND r.id = ?2";
    CACHED = "SELECT s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM cached_state c JOIN event s ON s.id = c.state_id
        WHERE c.workspace_id = ?1 AND c.cache_key = ?2 AND (c.expiration IS NULL OR c.expiration > ?3)
        ORDER BY c.seq DESC LIMIT 1";
}

pub(super) async fn load(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    needs: &Needs,
) -> Result<Facts, DbError> {
    let mut facts = Facts::default();
    if needs.is_empty() {
        return Ok(facts);
    }
    if needs.deployment.is_some() {
        // Deployments have no limits yet.
        facts.deployment = Some(DeploymentFact {
            limit: None,
            collision_strategy: CollisionStrategy::default(),
            grace_period: None,
        });
    }
    if let Some(id) = needs.flow_run {
        facts.flow_run = flow_run(tx, workspace, id).await?;
    }
    if let Some(key) = &needs.cache_key {
        let found = tx
            .query_one(&CACHED, &params![workspace, key, tx.now], read_state)
            .await?;
        facts.cached_state = found.flatten();
    }
    Ok(facts)
}

async fn flow_run(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: FlowRunId,
) -> Result<Option<FlowRunFact>, DbError> {
    let read = |row: &mut Row<'_>| {
        let run_count = row.take()?;
        let state: Option<State> = read_state(row)?;
        let details = state.as_ref().map(|state| &state.state_details);
        Ok(FlowRunFact {
            state_type: state.as_ref().map(|state| state.kind),
            pause_timeout: details.and_then(|details| details.pause_timeout),
            pause_reschedule: details.is_some_and(|details| details.pause_reschedule),
            run_count,
        })
    };
    tx.query_one(&FLOW_RUN, &params![workspace, id], read).await
}
