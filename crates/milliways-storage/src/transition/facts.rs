//! The facts that a decision asks for, read in its own transaction.

use std::time::Duration;

use milliways_model::concurrency_limit::TAG_PREFIX;
use milliways_model::{ConcurrencyLimitId, DeploymentId, FlowRunId, LeaseId, State, WorkspaceId};
use milliways_orchestration::{
    CollisionStrategy, DeploymentFact, Facts, FlowRunFact, LeaseFact, LimitFact, Needs, Run,
    TagLimit,
};

use serde::Deserialize;

use crate::db::{DbError, Row, Tx, params, statements};
use crate::tables::concurrency_limit::Limit;
use crate::tables::event::read_state;
use crate::tables::{concurrency_lease, concurrency_limit};

statements! {
    FLOW_RUN = "SELECT r.run_count, s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM flow_run r LEFT JOIN event s ON s.id = r.state_id WHERE (r.workspace_id = ?1) IS TRUE AND r.id = ?2";
    DEPLOYMENT = "SELECT d.concurrency_limit_id, d.concurrency_options FROM deployment d
        WHERE (d.workspace_id = ?1) IS TRUE AND d.id = ?2";
    CACHED = "SELECT s.id, s.state_type, s.state_name, s.occurred, s.message, s.data, s.details
        FROM cached_state c JOIN event s ON s.id = c.state_id
        WHERE c.workspace_id = ?1 AND c.cache_key = ?2 AND (c.expiration IS NULL OR c.expiration > ?3)
        ORDER BY c.seq DESC LIMIT 1";
}

pub(super) async fn load(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    run: &Run,
    needs: &Needs,
) -> Result<Facts, DbError> {
    let mut facts = Facts {
        waits: tx.waits,
        ..Facts::default()
    };
    if needs.is_empty() {
        return Ok(facts);
    }
    if let Some(id) = needs.deployment {
        facts.deployment = deployment(tx, workspace, id).await?;
    }
    if let Some(id) = needs.lease {
        facts.lease = lease(tx, workspace, id).await?;
    }
    if needs.tag_limits {
        facts.tag_limits = tag_limits(tx, workspace, &run.tags).await?;
    }
    if let Some(id) = needs.flow_run {
        facts.flow_run = flow_run(tx, workspace, id).await?;
    }
    if let Some(key) = &needs.cache_key {
        // A cached state's own row is never waited for: what is cached is written at once.
        let values = params![workspace, key, tx.now];
        let found = tx.query_about(&[], &CACHED, &values, read_state).await?;
        facts.cached_state = found.into_iter().next().flatten();
    }
    Ok(facts)
}

/// A deployment with its limit. That is locked: nobody else takes a slot before this transaction ends.
async fn deployment(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
) -> Result<Option<DeploymentFact>, DbError> {
    let read = |row: &mut Row<'_>| {
        Ok((
            row.take::<Option<ConcurrencyLimitId>>()?,
            row.parse_optional::<Options>()?.unwrap_or_default(),
        ))
    };
    let found = tx
        .query_about(&[id.0], &DEPLOYMENT, &params![workspace, id], read)
        .await?;
    let Some((limit, options)) = found.into_iter().next() else {
        return Ok(None);
    };
    let ids = limit.map(|id| id.0).into_iter().collect();
    let limits = concurrency_limit::lock(tx, workspace, ids).await?;
    Ok(Some(DeploymentFact {
        limit: limits.first().map(|limit| limit_fact(tx, limit)),
        collision_strategy: if options.collision_strategy == "CANCEL_NEW" {
            CollisionStrategy::CancelNew
        } else {
            CollisionStrategy::Enqueue
        },
        grace_period: options.grace_period_seconds.map(Duration::from_secs),
    }))
}

/// How a deployment keeps its limit.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Options {
    collision_strategy: String,
    grace_period_seconds: Option<u64>,
}

async fn lease(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: LeaseId,
) -> Result<Option<LeaseFact>, DbError> {
    let end = concurrency_lease::end_of(tx, workspace, id).await?;
    Ok(end.map(|expires| LeaseFact { id, expires }))
}

/// The limits on tags, in the order of the tags. They are locked: nobody else takes a slot before this
/// transaction ends.
async fn tag_limits(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    tags: &[String],
) -> Result<Vec<TagLimit>, DbError> {
    let name = |tag: &String| format!("{TAG_PREFIX}{tag}");
    let names = tags.iter().map(name).collect();
    let limits = concurrency_limit::lock_named(tx, workspace, names).await?;
    let one = |tag: &String| {
        let limit = limits.iter().find(|limit| limit.name == name(tag))?;
        Some(TagLimit {
            tag: tag.clone(),
            limit: limit_fact(tx, limit),
            average_occupancy_seconds: Some(limit.occupancy()),
        })
    };
    Ok(tags.iter().filter_map(one).collect())
}

fn limit_fact(tx: &Tx<'_>, limit: &Limit) -> LimitFact {
    LimitFact {
        id: limit.id,
        limit: limit.slots,
        taken: limit.taken(tx.now),
        active: limit.active,
    }
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
    let found = tx
        .query_about(&[id.0], &FLOW_RUN, &params![workspace, id], read)
        .await?;
    Ok(found.into_iter().next())
}
