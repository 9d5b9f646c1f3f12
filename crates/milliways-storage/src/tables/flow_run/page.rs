//! Pages of flow runs.

use milliways_model::filter::{AnyOrNot, Operator};
use milliways_model::sort::FlowRunSort;
use milliways_model::{FlowRun, FlowRunId, Timestamp, WorkspaceId};

use super::{COLUMNS, JOINED, STATE_COLUMNS, by_ids, read};
use crate::db::{Conn, DbError};
use crate::filter::{self, Filters, Index, Page, Query, Window};
use crate::tally::{self, About};

pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    sort: FlowRunSort,
    page: Page,
    now: Timestamp,
) -> Result<Vec<FlowRun>, DbError> {
    let filters = &with_types(conn, workspace, filters).await?;
    let asked = Asked {
        workspace,
        filters,
        sort,
        order: order_of(sort),
        page,
    };
    if conn.is_remote() {
        // Another statement would be another round trip.
        let query = asked.shared(conn).await?;
        let runs = conn.query(&query.text, &query.params, |row| read(row, now));
        return runs.await;
    }
    // The page is found among ids, and only what is shown is read and joined: its rows are wide, and would be copied
    // once more to be sorted. A run that is deleted in between is left out.
    let ids = asked.ids(conn).await?;
    by_ids(conn, workspace, &ids, now).await
}

fn order_of(sort: FlowRunSort) -> &'static str {
    match sort {
        FlowRunSort::IdDesc => "r.id DESC",
        FlowRunSort::StartTimeAsc => "r.started NULLS FIRST, r.id",
        FlowRunSort::StartTimeDesc => "r.started DESC NULLS LAST, r.id DESC",
        FlowRunSort::ExpectedStartTimeAsc => "r.expected_start_time NULLS FIRST, r.id",
        FlowRunSort::ExpectedStartTimeDesc => "r.expected_start_time DESC NULLS LAST, r.id DESC",
        FlowRunSort::NameAsc => "r.name, r.id",
        FlowRunSort::NameDesc => "r.name DESC, r.id DESC",
        FlowRunSort::NextScheduledStartTimeAsc => "r.next_scheduled_start_time NULLS LAST, r.id",
        FlowRunSort::EndTimeDesc => "r.end_time DESC NULLS LAST, r.id DESC",
    }
}

/// The index that has runs in an order.
fn index_of(sort: FlowRunSort) -> Option<Index> {
    match sort {
        FlowRunSort::IdDesc => Some("flow_run_newest"),
        FlowRunSort::StartTimeAsc | FlowRunSort::StartTimeDesc => Some("flow_run_started"),
        FlowRunSort::ExpectedStartTimeAsc | FlowRunSort::ExpectedStartTimeDesc => {
            Some("flow_run_expected")
        }
        FlowRunSort::NameAsc | FlowRunSort::NameDesc => Some("flow_run_name"),
        FlowRunSort::EndTimeDesc => Some("flow_run_end"),
        FlowRunSort::NextScheduledStartTimeAsc => None,
    }
}

/// A page of runs.
struct Asked<'f> {
    workspace: WorkspaceId,
    filters: &'f Filters,
    sort: FlowRunSort,
    order: &'static str,
    page: Page,
}

impl Asked<'_> {
    /// When runs started that are asked for by when they were expected to, and shown in the order in which they did.
    fn window(&self) -> Option<Window> {
        let by_start = matches!(
            self.sort,
            FlowRunSort::StartTimeAsc | FlowRunSort::StartTimeDesc
        );
        Window::of(self.filters).filter(|_| by_start)
    }

    /// All that is shown, of the shared database.
    async fn shared(&self, conn: &Conn) -> Result<Query, DbError> {
        let mut query = Query::new(&format!("SELECT {COLUMNS}, {STATE_COLUMNS} FROM ("));
        if let Some(window) = self.window() {
            // The number stands in the text, for plans are kept; and so that these are few, it is a power of two.
            let first = self.first().clamp(1, 1 << 40).cast_unsigned();
            let first = first.next_power_of_two().to_string();
            self.add_around(&mut query, "r.*", &window, &first);
            self.add_page(&mut query, true);
        } else {
            let index = filter::flow_run_index(conn, self.workspace, self.filters).await?;
            // Names are nearly always asked for together with a time, and one index has both.
            let is_covered = matches!(self.sort, FlowRunSort::NameAsc | FlowRunSort::NameDesc);
            if is_covered {
                query.push("SELECT r.* FROM (");
            }
            self.add(&mut query, if is_covered { "r.id" } else { "r.*" }, index);
            self.add_page(&mut query, true);
            if is_covered {
                query.push(") AS p JOIN flow_run r ON r.id = p.id");
            }
        }
        query.push(&format!(") AS r {JOINED} ORDER BY {}", self.order));
        Ok(query)
    }

    /// The ids of what is shown, of the embedded database.
    async fn ids(&self, conn: &Conn) -> Result<Vec<FlowRunId>, DbError> {
        let window = self.window();
        if let Some(window) = &window {
            let mut query = Query::new("");
            let first = query.value(self.first());
            self.add_around(&mut query, "r.id, r.started", window, &first);
            self.add_page(&mut query, false);
            if let Some(found) = filter::walk(conn, &query).await? {
                return Ok(found);
            }
        }
        let ids = |index| {
            let mut query = Query::new("");
            self.add(&mut query, "r.id", index);
            self.add_page(&mut query, false);
            query
        };
        let sorted = ids(filter::flow_run_index(conn, self.workspace, self.filters).await?);
        let has_better = window.is_some() || filter::has_flow_run_key(self.filters);
        let along = index_of(self.sort).filter(|_| !has_better);
        filter::page_of(conn, along.map(|index| ids(Some(index))), sorted).await
    }

    /// Adds what matches.
    fn add(&self, query: &mut Query, columns: &str, index: Option<Index>) {
        query.push(&format!("SELECT {columns} FROM flow_run r"));
        filter::flow_runs_by(query, self.workspace, self.filters, index);
    }

    /// How many come before the end of the page.
    fn first(&self) -> i64 {
        self.page.limit.saturating_add(self.page.offset)
    }

    /// Adds what matches, found by when it started: so many of those that are no strays, and all strays.
    fn add_around(&self, query: &mut Query, columns: &str, window: &Window, first: &str) {
        query.push(&format!("SELECT {columns} FROM (SELECT * FROM ("));
        self.add(query, columns, Some(window.index));
        window.within(query);
        query.push(&format!(
            " ORDER BY {} LIMIT {first}) AS r UNION ALL ",
            self.order
        ));
        self.add(query, columns, Some(filter::STRAY_FLOW_RUNS));
        window.strays_outside(query);
        query.push(") AS r");
    }

    fn add_page(&self, query: &mut Query, is_shared: bool) {
        query.push(&format!(" ORDER BY {}", self.order));
        if is_shared {
            query.shared_page(self.page);
        } else {
            query.page(self.page);
        }
    }
}

/// Names of states are in no index, types are: which types states of those names have is known from the counts.
pub(super) async fn with_types(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<Filters, DbError> {
    let mut filters = filters.clone();
    let state = filters
        .flow_runs
        .as_mut()
        .filter(|runs| runs.operator == Operator::And)
        .and_then(|runs| runs.state.as_mut())
        .filter(|state| state.operator == Operator::And && state.r#type.is_none());
    let Some(state) = state else {
        return Ok(filters);
    };
    let names = state.name.as_ref().and_then(|name| name.any_.clone());
    if let Some(names) = names {
        let types = tally::types_named(conn, workspace, About::FlowRuns, names).await?;
        state.r#type = Some(AnyOrNot {
            any_: Some(types),
            ..AnyOrNot::default()
        });
    }
    Ok(filters)
}
