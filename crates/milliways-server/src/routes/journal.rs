//! `/flow_runs/{id}/journal` and `/task_runs/{id}/journal`: everything about an attempt, in order, once.

use axum::http::StatusCode;
use milliways_model::journal::{AttemptCreate, JournalAck, JournalBatch, JournalClaim};
use milliways_model::{FlowRunId, TaskRunId};
use milliways_storage::{Claimed, JournalRun, Scope};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, made, ok};
use crate::extract::{Body, Caller, Id, OptionalBody, Workspace, check};
use crate::problem::Problem;

/// The most records of a batch.
const MOST_RECORDS: i64 = 5_000;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(claim_flow_run))
        .add(routes!(write_flow_run_journal))
        .add(routes!(write_task_run_journal))
}

/// Claim a flow run for a new attempt.
///
/// The attempt before it can write nothing more: its batches get 409 `stale_attempt`. The claim is a lease that the
/// journal renews. With a state it comes about only where the state is accepted, and in the same moment; with
/// `follows` only where the run is in that state still; else 409 `not_accepted`.
#[utoipa::path(post, path = "/flow_runs/{id}/attempts", tag = "Journal", request_body = Option<AttemptCreate>,
    params(("id" = FlowRunId, Path, description = "The flow run's id")),
    responses((status = 201, body = JournalClaim, description = "The run is the caller's"),
        (status = 409, description = "The state was not accepted")))]
async fn claim_flow_run(
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Caller(client): Caller,
    OptionalBody(body): OptionalBody<AttemptCreate>,
) -> Answer {
    match scope.claim_flow_run(id, body, client).await? {
        None => Err(Problem::not_found("Flow run")),
        Some(Claimed::Yes(claim)) => made(true, &claim),
        Some(Claimed::No(reason)) => Err(Problem::detail(
            StatusCode::CONFLICT,
            "not_accepted",
            reason,
        )),
    }
}

/// Store a batch of a flow run's journal.
///
/// A repeated batch has no second effect. One that would leave a gap gets 409 `journal_gap` with
/// `expected_seq`, one of an attempt that was taken over 409 `stale_attempt`. A batch without records renews
/// the attempt's lease.
#[utoipa::path(post, path = "/flow_runs/{id}/journal", tag = "Journal", request_body = JournalBatch,
    params(("id" = FlowRunId, Path, description = "The flow run's id")),
    responses((status = 200, body = JournalAck, description = "What is stored"),
        (status = 409, description = "It does not fit")))]
async fn write_flow_run_journal(
    Workspace(scope): Workspace,
    Id(id): Id<FlowRunId>,
    Body(batch): Body<JournalBatch>,
) -> Answer {
    ok(&write(&scope, JournalRun::Flow(id), batch).await?)
}

/// Store a batch of the journal of a task run outside any flow.
#[utoipa::path(post, path = "/task_runs/{id}/journal", tag = "Journal", request_body = JournalBatch,
    params(("id" = TaskRunId, Path, description = "The task run's id")),
    responses((status = 200, body = JournalAck, description = "What is stored"),
        (status = 409, description = "It does not fit")))]
async fn write_task_run_journal(
    Workspace(scope): Workspace,
    Id(id): Id<TaskRunId>,
    Body(batch): Body<JournalBatch>,
) -> Answer {
    ok(&write(&scope, JournalRun::Task(id), batch).await?)
}

async fn write(scope: &Scope, run: JournalRun, batch: JournalBatch) -> Result<JournalAck, Problem> {
    check(batch.epoch, 1, i64::MAX, "epoch")?;
    check(batch.first_seq, 1, i64::MAX - MOST_RECORDS, "first_seq")?;
    let records = i64::try_from(batch.records.len()).unwrap_or(i64::MAX);
    check(records, 0, MOST_RECORDS, "records")?;
    Ok(scope.journal(run, batch).await?)
}
