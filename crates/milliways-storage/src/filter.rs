//! Filters become conditions here and nowhere else.
//!
//! A condition is text made of constants, with every value a parameter. Aliases are fixed: `f` is a flow,
//! `r` a flow run, `d` a deployment, `t` a task run, `l` a log line, `e` an event, `q` a work queue,
//! `w` a work pool, `k` a worker, `a` an automation, `x` an artifact or
//! the newest one of a key, `v` a variable, `y` a block type, `z` a block schema, `b` a block document.

mod artifact;
mod automation;
mod block;
mod counted;
mod deployment;
mod flow;
mod flow_run;
mod log;
mod stray;
mod task_run;
mod variable;
mod way;
mod work_pool;
mod work_queue;
mod worker;

pub(crate) use artifact::artifacts;
pub use block::BlockFilters;
pub(crate) use block::{block_documents, block_schemas, block_types};
pub(crate) use stray::{Place, STRAY_FLOW_RUNS, Window};
pub(crate) use variable::variables;
pub(crate) use way::{
    Index, finds_by_flow_run, flow_run_count_index, flow_run_index, page_of, walk,
};

pub(crate) use counted::{But, KeptCount, Otherwise};
use milliways_model::filter::{
    AnyOrNot, AnyOrNull, ArtifactCollectionFilter, ArtifactFilter, DeploymentFilter, FlowFilter,
    FlowRunFilter, NameFilter, Operator, TaskRunFilter, TimeFilter, TimeOrNullFilter,
    WorkPoolFilter, WorkQueueFilter, WorkerFilter,
};
use milliways_model::{Timestamp, WorkPoolId, WorkspaceId};

use crate::db::{Column, Conn, DbError, Listed, Value};

/// What a list or a count is about: filters of the object itself and of those it belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// By flow.
    pub flows: Option<FlowFilter>,
    /// By flow run.
    pub flow_runs: Option<FlowRunFilter>,
    /// By task run.
    pub task_runs: Option<TaskRunFilter>,
    /// By deployment.
    pub deployments: Option<DeploymentFilter>,
    /// By work pool.
    pub work_pools: Option<WorkPoolFilter>,
    /// By work queue.
    pub work_queues: Option<WorkQueueFilter>,
    /// By artifact.
    pub artifacts: Option<ArtifactFilter>,
    /// By the newest artifact of a key.
    pub artifact_collections: Option<ArtifactCollectionFilter>,
}

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many at most.
    pub limit: i64,
    /// How many to skip.
    pub offset: i64,
}

/// A statement that is put together, and its parameters.
pub(crate) struct Query {
    pub(crate) text: String,
    pub(crate) params: Vec<Value<'static>>,
}

impl Query {
    /// Begins with constant text.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            params: Vec::new(),
        }
    }

    /// Adds constant text.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a parameter; gives its placeholder.
    pub(crate) fn value(&mut self, value: impl Into<Value<'static>>) -> String {
        self.params.push(value.into());
        format!("?{}", self.params.len())
    }

    /// Adds by which index rows of the table before it are found.
    fn by(&mut self, index: Option<Index>) -> &mut Self {
        match index {
            Some(index) => self.push(&format!(" INDEXED BY {index}")),
            None => self,
        }
    }

    /// Adds `LIMIT` and `OFFSET`. Neither stands in the text: the embedded database would take it that a few rows are
    /// cheap to sort, and sort all there are instead of walking along an index.
    pub(crate) fn page(&mut self, page: Page) -> &mut Self {
        let (limit, offset) = (self.value(page.limit), self.value(page.offset));
        self.push(&format!(" LIMIT {limit} OFFSET {offset}"))
    }

    /// The same for the shared database, whose plans are kept: it has to be told that it is a few rows.
    pub(crate) fn shared_page(&mut self, page: Page) -> &mut Self {
        self.push(&format!(" LIMIT {}", page.limit));
        if page.offset > 0 {
            let offset = self.value(page.offset);
            self.push(&format!(" OFFSET {offset}"));
        }
        self
    }

    /// The one column of every row.
    pub(crate) async fn column<T: Column>(&self, conn: &Conn) -> Result<Vec<T>, DbError> {
        conn.query(&self.text, &self.params, |row| row.take()).await
    }

    /// The one number that it asks for; 0 where it says none.
    pub(crate) async fn number(&self, conn: &Conn) -> Result<i64, DbError> {
        let found = conn.query_one(&self.text, &self.params, |row| row.take());
        Ok(found.await?.unwrap_or(0))
    }
}

/// Conditions that are joined by one operator.
pub(crate) struct Conditions<'q> {
    pub(crate) query: &'q mut Query,
    joiner: &'static str,
    parts: Vec<String>,
}

impl<'q> Conditions<'q> {
    pub(crate) fn new(query: &'q mut Query, operator: Operator) -> Self {
        let joiner = match operator {
            Operator::And => " AND ",
            Operator::Or => " OR ",
        };
        Self {
            query,
            joiner,
            parts: Vec::new(),
        }
    }

    /// Adds a condition with no parameter or with placeholders taken from the query.
    pub(crate) fn add(&mut self, condition: String) {
        self.parts.push(condition);
    }

    /// Adds a condition on one parameter; `{}` stands for its placeholder.
    pub(crate) fn with(&mut self, condition: &str, value: impl Into<Value<'static>>) {
        let place = self.query.value(value);
        self.parts.push(condition.replace("{}", &place));
    }

    /// Adds conditions of its own, joined by another operator.
    pub(crate) fn group(&mut self, operator: Operator, fill: impl FnOnce(&mut Conditions<'_>)) {
        let mut inner = Conditions::new(self.query, operator);
        fill(&mut inner);
        if let Some(text) = inner.text() {
            self.parts.push(text);
        }
    }

    /// Lets nothing through where a list that one of has to be in has none.
    fn never_where(&mut self, is_empty: bool) {
        if is_empty {
            self.add("1 = 0".to_owned());
        }
    }

    /// The conditions in brackets, if there are any.
    pub(crate) fn text(self) -> Option<String> {
        match self.parts.len() {
            0 => None,
            _ => Some(format!("({})", self.parts.join(self.joiner))),
        }
    }

    /// One of a list, none of another.
    fn any_or_not<T: Listed>(&mut self, column: &str, filter: &AnyOrNot<T>) {
        self.any(column, filter.any_.as_ref());
        if let Some(none) = &filter.not_any_ {
            self.with(
                &format!("({column} IS NULL OR {column} <> ALL({{}}))"),
                T::list(none),
            );
        }
    }

    /// One of a list. A list of one is compared with: then what an index has of it is in the index's order.
    fn any<T: Listed>(&mut self, column: &str, any: Option<&Vec<T>>) {
        match any.map(Vec::as_slice) {
            Some([one]) => match one.literal() {
                Some(word) => self.add(format!("{column} = '{word}'")),
                None => self.with(&format!("{column} = {{}}"), one.value()),
            },
            Some(any) => self.with(&format!("{column} = ANY({{}})"), T::list(any)),
            None => {}
        }
    }

    /// One of a list, or nothing at all.
    fn any_or_null<T: Listed>(&mut self, column: &str, filter: &AnyOrNull<T>) {
        self.group(filter.operator, |inner| {
            inner.any(column, filter.any_.as_ref());
            inner.null(column, filter.is_null_);
        });
    }

    fn null(&mut self, column: &str, is_null: Option<bool>) {
        match is_null {
            Some(true) => self.add(format!("{column} IS NULL")),
            Some(false) => self.add(format!("{column} IS NOT NULL")),
            None => {}
        }
    }

    fn name(&mut self, column: &str, filter: &NameFilter) {
        self.any(column, filter.any_.as_ref());
        if let Some(text) = &filter.like_ {
            self.with(&format!("{column} ILIKE {{}} ESCAPE '\\'"), like(text));
        }
    }

    fn time(&mut self, column: &str, before: Option<Timestamp>, after: Option<Timestamp>) {
        if let Some(moment) = before {
            self.with(&format!("{column} <= {{}}"), moment);
        }
        if let Some(moment) = after {
            self.with(&format!("{column} >= {{}}"), moment);
        }
    }

    fn time_span(&mut self, column: &str, filter: &TimeFilter) {
        self.time(column, filter.before_, filter.after_);
    }

    fn time_or_null(&mut self, column: &str, filter: &TimeOrNullFilter) {
        self.time(column, filter.before_, filter.after_);
        self.null(column, filter.is_null_);
    }

    fn tags(
        &mut self,
        column: &str,
        operator: Operator,
        all: Option<&Vec<String>>,
        any: Option<&Vec<String>>,
        is_null: Option<bool>,
    ) {
        self.group(operator, |inner| {
            for tag in all.into_iter().flatten() {
                inner.with(
                    &format!("EXISTS (SELECT 1 FROM json_each({column}) AS tag WHERE tag.value = {{}})"),
                    tag.clone(),
                );
            }
            if let Some(any) = any {
                inner.with(
                    &format!("EXISTS (SELECT 1 FROM json_each({column}) AS tag WHERE tag.value = ANY({{}}))"),
                    any.clone(),
                );
            }
            match is_null {
                Some(true) => inner.add(format!("{column} = '[]'")),
                Some(false) => inner.add(format!("{column} <> '[]'")),
                None => {}
            }
        });
    }
}

/// A pattern that finds text anywhere, with the pattern's own signs taken literally.
pub(crate) fn contains(text: &str) -> String {
    anywhere(text, |sign| matches!(sign, '%' | '_' | '\\'))
}

/// The pattern of a `like_`: `%` stands for any text, as Prefect's clients expect. `_` is common in names and so
/// is only itself.
pub(crate) fn like(text: &str) -> String {
    anywhere(text, |sign| matches!(sign, '_' | '\\'))
}

fn anywhere(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for sign in text.chars() {
        if is_escaped(sign) {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

/// A pattern that finds text at the beginning.
pub(crate) fn begins_with(text: &str) -> String {
    contains(text).split_off(1)
}

/// `WHERE` for flows `f`.
pub(crate) fn flows(query: &mut Query, workspace: WorkspaceId, filters: &Filters) {
    let mut all = scoped(query, "f", workspace);
    if let Some(filter) = &filters.flows {
        flow::conditions(&mut all, filter);
    }
    if filters.deployments.is_some() || filters.work_pools.is_some() {
        nested(
            &mut all,
            "EXISTS (SELECT 1 FROM deployment d WHERE d.flow_id = f.id",
            |inner| {
                if let Some(filter) = &filters.deployments {
                    deployment::conditions(inner, filter);
                }
                waiting_in(inner, filters, "d");
            },
        );
    }
    if filters.flow_runs.is_some() || filters.task_runs.is_some() {
        nested(
            &mut all,
            "EXISTS (SELECT 1 FROM flow_run r WHERE r.flow_id = f.id",
            |inner| {
                if let Some(filter) = &filters.flow_runs {
                    flow_run::conditions(inner, filter);
                }
                if let Some(filter) = &filters.task_runs {
                    nested(inner, TASK_RUN_EXISTS, |inner| {
                        task_run::conditions(inner, filter);
                    });
                }
            },
        );
    }
    finish(all);
}

/// `WHERE` for flow runs `r`.
pub(crate) fn flow_runs(query: &mut Query, workspace: WorkspaceId, filters: &Filters) {
    flow_runs_by(query, workspace, filters, None);
}

/// The same, found by an index. Unless it begins with the flow or the deployment, those are then no way to find them.
pub(crate) fn flow_runs_by(
    query: &mut Query,
    workspace: WorkspaceId,
    filters: &Filters,
    index: Option<Index>,
) {
    let is_of_owner = |index: &Index| [flow::RUNS, deployment::RUNS].contains(index);
    let has_other_way = index.is_some_and(|index| !is_of_owner(&index));
    let has_key = filters.flow_runs.as_ref().is_some_and(flow_run::is_of_ids)
        || filters.flows.as_ref().and_then(flow::only_id).is_some()
        || filters
            .deployments
            .as_ref()
            .and_then(deployment::only_id)
            .is_some();
    query.by(index);
    let mut all = scoped_by(query, "r", workspace, has_key && !has_other_way);
    if let Some(filter) = &filters.flow_runs {
        flow_run::conditions(&mut all, filter);
    }
    if let Some(filter) = &filters.flows {
        match flow::only_id(filter) {
            Some(id) if has_other_way => all.with("(r.flow_id = {}) IS TRUE", id),
            Some(id) => all.with("r.flow_id = {}", id),
            None => nested(&mut all, FLOW_EXISTS, |inner| {
                flow::conditions(inner, filter);
            }),
        }
    }
    if let Some(filter) = &filters.task_runs {
        nested(&mut all, TASK_RUN_EXISTS, |inner| {
            task_run::conditions(inner, filter);
        });
    }
    if let Some(filter) = &filters.deployments {
        match deployment::only_id(filter) {
            Some(id) if has_other_way => all.with("(r.deployment_id = {}) IS TRUE", id),
            Some(id) => all.with("r.deployment_id = {}", id),
            None => nested(&mut all, DEPLOYMENT_EXISTS, |inner| {
                deployment::conditions(inner, filter);
            }),
        }
    }
    if index.is_some() {
        found_waiting_in(&mut all, filters, "r");
    } else {
        waiting_in(&mut all, filters, "r");
    }
    finish(all);
}

/// Which pool and which queue objects of an alias belong to.
fn waiting_in(all: &mut Conditions<'_>, filters: &Filters, alias: &str) {
    for condition in queue_conditions(all.query, filters, alias) {
        all.add(condition);
    }
}

/// The same of what is found by something else: the shared database would rather look at all that is in a queue.
fn found_waiting_in(all: &mut Conditions<'_>, filters: &Filters, alias: &str) {
    for condition in queue_conditions(all.query, filters, alias) {
        all.add(format!("({condition}) IS TRUE"));
    }
}

fn queue_conditions(query: &mut Query, filters: &Filters, alias: &str) -> Vec<String> {
    let mut all = Conditions::new(query, Operator::And);
    if let Some(filter) = &filters.work_pools {
        let opening = format!(
            "{alias}.work_queue_id IN (SELECT q.id FROM work_queue q JOIN work_pool w ON w.id = q.work_pool_id \
             WHERE TRUE"
        );
        nested(&mut all, &opening, |inner| {
            work_pool::conditions(inner, filter);
        });
    }
    if let Some(filter) = &filters.work_queues {
        let opening = format!("{alias}.work_queue_id IN (SELECT q.id FROM work_queue q WHERE TRUE");
        nested(&mut all, &opening, |inner| {
            work_queue::conditions(inner, filter);
        });
    }
    all.parts
}

/// `WHERE` for the work queues `q` that objects are to belong to.
fn queues_of(query: &mut Query, workspace: WorkspaceId, filters: &Filters) {
    let mut all = scoped(query, "q", workspace);
    if let Some(filter) = &filters.work_pools {
        let opening = "q.work_pool_id IN (SELECT w.id FROM work_pool w WHERE TRUE";
        nested(&mut all, opening, |inner| {
            work_pool::conditions(inner, filter);
        });
    }
    if let Some(filter) = &filters.work_queues {
        work_queue::conditions(&mut all, filter);
    }
    finish(all);
}

/// `WHERE` for deployments `d`.
pub(crate) fn deployments(query: &mut Query, workspace: WorkspaceId, filters: &Filters) {
    let mut all = scoped(query, "d", workspace);
    if let Some(filter) = &filters.deployments {
        deployment::conditions(&mut all, filter);
    }
    if let Some(filter) = &filters.flows {
        nested(
            &mut all,
            "EXISTS (SELECT 1 FROM flow f WHERE f.id = d.flow_id",
            |inner| flow::conditions(inner, filter),
        );
    }
    if filters.flow_runs.is_some() || filters.task_runs.is_some() {
        nested(
            &mut all,
            "EXISTS (SELECT 1 FROM flow_run r WHERE r.deployment_id = d.id",
            |inner| {
                if let Some(filter) = &filters.flow_runs {
                    flow_run::conditions(inner, filter);
                }
                if let Some(filter) = &filters.task_runs {
                    nested(inner, TASK_RUN_EXISTS, |inner| {
                        task_run::conditions(inner, filter);
                    });
                }
            },
        );
    }
    waiting_in(&mut all, filters, "d");
    finish(all);
}

/// `WHERE` for work pools `w`.
pub(crate) fn work_pools(query: &mut Query, workspace: WorkspaceId, filters: &Filters) {
    let mut all = scoped(query, "w", workspace);
    if let Some(filter) = &filters.work_pools {
        work_pool::conditions(&mut all, filter);
    }
    finish(all);
}

/// `WHERE` for work queues `q`, of one pool or of all.
pub(crate) fn work_queues(
    query: &mut Query,
    workspace: WorkspaceId,
    pool: Option<WorkPoolId>,
    filters: &Filters,
) {
    let mut all = scoped(query, "q", workspace);
    if let Some(pool) = pool {
        all.with("q.work_pool_id = {}", pool);
    }
    if let Some(filter) = &filters.work_queues {
        work_queue::conditions(&mut all, filter);
    }
    finish(all);
}

/// `WHERE` for the workers `k` of a pool.
pub(crate) fn workers(
    query: &mut Query,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    filter: Option<&WorkerFilter>,
) {
    let mut all = scoped(query, "k", workspace);
    all.with("k.work_pool_id = {}", pool);
    if let Some(filter) = filter {
        worker::conditions(&mut all, filter);
    }
    finish(all);
}

/// `WHERE` for task runs `t`.
pub(crate) fn task_runs(query: &mut Query, workspace: WorkspaceId, filters: &Filters) {
    task_runs_by(query, workspace, filters, None);
}

/// The same, found by an index: it begins with the workspace.
pub(crate) fn task_runs_by(
    query: &mut Query,
    workspace: WorkspaceId,
    filters: &Filters,
    index: Option<Index>,
) {
    let has_key = has_task_run_key(filters);
    query.by(index);
    let mut all = scoped_by(query, "t", workspace, has_key && index.is_none());
    if let Some(filter) = &filters.task_runs {
        task_run::conditions(&mut all, filter);
    }
    if is_of_flow_runs(filters) {
        nested(
            &mut all,
            "EXISTS (SELECT 1 FROM flow_run r WHERE r.id = t.flow_run_id",
            |inner| of_flow_runs(inner, filters),
        );
    }
    finish(all);
}

/// Whether task runs are asked for by their ids or by those of their flow runs.
pub(crate) fn has_task_run_key(filters: &Filters) -> bool {
    filters.task_runs.as_ref().is_some_and(task_run::is_keyed)
        || filters.flow_runs.as_ref().is_some_and(flow_run::is_of_ids)
}

/// Whether flow runs are asked for by something that few of them have.
pub(crate) fn has_flow_run_key(filters: &Filters) -> bool {
    filters.flow_runs.as_ref().is_some_and(flow_run::is_keyed)
}

/// Whether task runs are asked for by their flow runs.
fn is_of_flow_runs(filters: &Filters) -> bool {
    filters.flows.is_some()
        || filters.flow_runs.is_some()
        || filters.deployments.is_some()
        || filters.work_pools.is_some()
        || filters.work_queues.is_some()
}

/// By what flow runs `r` are asked for where it is about what belongs to them.
fn of_flow_runs(all: &mut Conditions<'_>, filters: &Filters) {
    if let Some(filter) = &filters.flow_runs {
        flow_run::conditions(all, filter);
    }
    if let Some(filter) = &filters.flows {
        nested(all, FLOW_EXISTS, |inner| flow::conditions(inner, filter));
    }
    waiting_in(all, filters, "r");
    if let Some(filter) = &filters.deployments {
        nested(all, DEPLOYMENT_EXISTS, |inner| {
            deployment::conditions(inner, filter);
        });
    }
}

/// Adds that task runs `t` did not start within a time, or belong to no flow run where they should.
pub(crate) fn otherwise(query: &mut Query, otherwise: &Otherwise) {
    let mut any = Conditions::new(query, Operator::Or);
    any.null("t.start_time", Some(true));
    if let Some(moment) = otherwise.started.after_ {
        any.with("t.start_time < {}", moment);
    }
    if let Some(moment) = otherwise.started.before_ {
        any.with("t.start_time > {}", moment);
    }
    if otherwise.of_a_flow_run {
        any.null("t.flow_run_id", Some(true));
    }
    if let Some(text) = any.text() {
        query.push(" AND ").push(&text);
    }
}

/// `FROM` and `WHERE` for the task runs `t` of flow runs `r` that are found first, by an index that begins with the
/// workspace.
pub(crate) fn task_runs_of_flow_runs(
    query: &mut Query,
    workspace: WorkspaceId,
    filters: &Filters,
    index: Index,
) {
    query.push(" FROM flow_run r").by(Some(index));
    query.push(" CROSS JOIN task_run t");
    let mut all = scoped(query, "r", workspace);
    all.add("t.flow_run_id = r.id".to_owned());
    of_flow_runs(&mut all, filters);
    if let Some(filter) = &filters.task_runs {
        task_run::conditions(&mut all, filter);
    }
    finish(all);
}

/// `FROM` and `WHERE` for the task runs `t` that stand for subflow runs `c`, which are found first.
pub(crate) fn parents(query: &mut Query, workspace: WorkspaceId, filters: &Filters) {
    query.push(" FROM flow_run c CROSS JOIN task_run t");
    let mut all = scoped_by(query, "t", workspace, true);
    all.add("c.parent_task_run_id IS NOT NULL AND t.id = c.parent_task_run_id".to_owned());
    if let Some(filter) = &filters.task_runs {
        task_run::conditions(&mut all, filter);
    }
    finish(all);
}

/// `WHERE` for automations `a`.
pub(crate) fn automations(
    query: &mut Query,
    workspace: WorkspaceId,
    filter: &milliways_model::filter::AutomationFilter,
) {
    let mut all = scoped(query, "a", workspace);
    automation::conditions(&mut all, filter);
    finish(all);
}

/// `WHERE` for log lines `l`.
pub(crate) fn logs(
    query: &mut Query,
    workspace: WorkspaceId,
    filter: &milliways_model::filter::LogFilter,
) {
    let mut all = scoped_by(query, "l", workspace, log::is_keyed(filter));
    log::conditions(&mut all, filter);
    finish(all);
}

const FLOW_EXISTS: &str = "EXISTS (SELECT 1 FROM flow f WHERE f.id = r.flow_id";
const DEPLOYMENT_EXISTS: &str = "EXISTS (SELECT 1 FROM deployment d WHERE d.id = r.deployment_id";
const TASK_RUN_EXISTS: &str = "EXISTS (SELECT 1 FROM task_run t WHERE t.flow_run_id = r.id";

fn scoped<'q>(query: &'q mut Query, alias: &str, workspace: WorkspaceId) -> Conditions<'q> {
    scoped_by(query, alias, workspace, false)
}

/// [`scoped`]; where rows are named by a key that few of them have, the workspace is only looked at in what that finds.
/// Most indexes begin with the workspace, and a database that knows nothing of a new table yet takes any of them for as
/// good as the key's.
fn scoped_by<'q>(
    query: &'q mut Query,
    alias: &str,
    workspace: WorkspaceId,
    is_keyed: bool,
) -> Conditions<'q> {
    let mut all = Conditions::new(query, Operator::And);
    let condition = if is_keyed {
        format!("({alias}.workspace_id = {{}}) IS TRUE")
    } else {
        format!("{alias}.workspace_id = {{}}")
    };
    all.with(&condition, workspace);
    all
}

/// `opening AND (conditions))`, also where there are none: the object must exist then.
fn nested(outer: &mut Conditions<'_>, opening: &str, fill: impl FnOnce(&mut Conditions<'_>)) {
    let mut inner = Conditions::new(outer.query, Operator::And);
    fill(&mut inner);
    let text = inner
        .text()
        .map_or_else(String::new, |text| format!(" AND {text}"));
    outer.add(format!("{opening}{text})"));
}

fn finish(conditions: Conditions<'_>) {
    let Conditions {
        query,
        joiner,
        parts,
    } = conditions;
    query.push(" WHERE ").push(&parts.join(joiner));
}
