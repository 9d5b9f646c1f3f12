//! By which index runs are found.
//!
//! The embedded database's plans know nothing of the values that they are run with, nor of how many rows have them, and
//! the shared one's little. What is known from the counts that are kept is told, and where nobody knows, the embedded one
//! tries the quicker way first, for a while.

use milliways_model::filter::{FlowRunFilter, Operator, TaskRunFilter};
use milliways_model::{Uuid, WorkspaceId};

use super::{Filters, KeptCount, Query, deployment, flow, flow_run};
use crate::db::{Column, Conn, DbError};
use crate::tally::{self, About};

/// The name of an index that a statement is told to use.
pub(crate) type Index = &'static str;

/// For how many thousands of steps a page is looked for along its order: some 10,000 rows, a few milliseconds.
const WALK: u32 = 200;

/// Of a row that is looked up in its table, for so many can be looked at in an index that has all that is asked for.
const LOOKUP: i64 = 16;

/// The ids of a page. Where the database would sort, it is first walked along an order: of many that match a page is soon
/// full, few that do are soon sorted, and how many there are is not known before they were counted.
pub(crate) async fn page_of<T: Column>(
    conn: &Conn,
    along: Option<Query>,
    sorted: Query,
) -> Result<Vec<T>, DbError> {
    if let Some(along) = along
        && conn.sorts(&sorted.text, &sorted.params)?
        && let Some(found) = walk(conn, &along).await?
    {
        return Ok(found);
    }
    sorted.column(conn).await
}

/// The one column of every row of the embedded database, given up with none where it takes more than a moment.
pub(crate) async fn walk<T: Column>(conn: &Conn, query: &Query) -> Result<Option<Vec<T>>, DbError> {
    conn.query_within(WALK, &query.text, &query.params, |row| row.take())
        .await
}

/// The index of the time in which flow runs were expected to start, where it is asked for such a time in which there are
/// fewer of them than there are of the flow, the deployment or the states that are asked for.
pub(crate) async fn flow_run_index(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<Option<Index>, DbError> {
    let Some(runs) = &filters.flow_runs else {
        return Ok(None);
    };
    let expected = runs.expected_start_time.clone().unwrap_or_default();
    let is_of_another_time = runs.start_time.is_some()
        || runs.end_time.is_some()
        || runs.next_scheduled_start_time.is_some();
    let is_of_all = runs.operator != Operator::And || expected.after_.is_none();
    if is_of_all || is_of_another_time || flow_run::is_keyed(runs) {
        return Ok(None);
    }
    let rivals = rivals(conn, workspace, filters, runs).await?;
    let Some(fewest) = rivals.into_iter().min() else {
        return Ok(Some("flow_run_expected"));
    };
    let span = tally::Span {
        from: expected.after_.map(|after| after.as_micros()),
        until: expected.before_.map(|before| before.as_micros() + 1),
    };
    let counted = tally::count(conn, workspace, About::ExpectedFlowRuns, span).await?;
    let within: i64 = counted.iter().map(|one| one.count).sum();
    let worth = if is_covered(runs) { LOOKUP } else { 1 };
    Ok((within <= fewest.saturating_mul(worth)).then_some("flow_run_expected"))
}

/// The same where all of them are needed, in no order: the index is then also taken where no time is asked for, as long
/// as it has all that is; and subflow runs have one of their own.
pub(crate) async fn flow_run_count_index(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<Option<Index>, DbError> {
    let others = Filters {
        flow_runs: None,
        work_pools: None,
        work_queues: None,
        ..filters.clone()
    };
    let runs = filters.flow_runs.clone().unwrap_or_default();
    let parents = runs.parent_task_run_id.as_ref();
    let is_of_subflow_runs = parents.is_some_and(|parents| parents.is_null_ == Some(false));
    if is_of_subflow_runs
        && runs.operator == Operator::And
        && !conn.is_remote()
        && !flow_run::is_keyed(&runs)
    {
        return Ok(Some("flow_run_subflow"));
    }
    let is_of_any_time = runs.expected_start_time.is_none() && runs.state.is_none();
    let is_found_so = is_of_any_time && is_covered(&runs) && !flow_run::is_keyed(&runs);
    if others != Filters::default() || !is_found_so {
        return flow_run_index(conn, workspace, filters).await;
    }
    Ok(Some("flow_run_expected"))
}

/// Whether task runs are found through their flow runs, where an index finds those: nothing else says which they are.
pub(crate) fn finds_by_flow_run(filters: &Filters) -> bool {
    let runs = filters.task_runs.clone().unwrap_or_default();
    let others = TaskRunFilter {
        state: None,
        name: None,
        tags: None,
        subflow_runs: None,
        ..runs.clone()
    };
    runs.operator == Operator::And && others == TaskRunFilter::default()
}

/// How many runs there are of what else they could be found by.
async fn rivals(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    runs: &FlowRunFilter,
) -> Result<Vec<i64>, DbError> {
    let flow = filters.flows.as_ref().and_then(flow::only_id);
    let deployment = filters.deployments.as_ref().and_then(deployment::only_id);
    let owners: [Option<Uuid>; 2] = [flow.map(|id| id.0), deployment.map(|id| id.0)];
    let mut rivals = Vec::new();
    for owner in owners.into_iter().flatten() {
        let counted = tally::owners::count(conn, workspace, &[owner]).await?;
        rivals.push(counted.iter().map(|one| one.count).sum());
    }
    let of_state = Filters {
        flow_runs: Some(FlowRunFilter {
            state: runs.state.clone(),
            ..FlowRunFilter::default()
        }),
        ..Filters::default()
    };
    if runs.state.is_some()
        && let Some(kept) = KeptCount::of_flow_runs(&of_state)
    {
        rivals.push(kept.number(conn, workspace).await?);
    }
    Ok(rivals)
}

/// Whether the index of the expected time has all that is asked of flow runs.
fn is_covered(runs: &FlowRunFilter) -> bool {
    let others = FlowRunFilter {
        state: None,
        expected_start_time: None,
        parent_task_run_id: None,
        deployment_id: None,
        name: None,
        ..runs.clone()
    };
    others == FlowRunFilter::default()
}
