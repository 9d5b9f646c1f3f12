//! The graph of a flow run.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use milliways_model::filter::{AnyOrNull, TaskRunFilter};
use milliways_model::graph::{
    DependencyResult, Edge, Graph, GraphArtifact, GraphState, Node, NodeKind, TaskRunInput,
    TaskRunResult,
};
use milliways_model::sort::TaskRunSort;
use milliways_model::{FlowRunId, StateType, TaskRun, Timestamp, Uuid, WorkspaceId};
use serde_json::Value as JsonValue;

use super::Scope;
use crate::db::{Conn, DbError, Row, params, statements};
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::tables::task_run as task_runs;
use crate::tables::{event, flow_run, read_text};

/// The most task runs that are looked at for what they depend on.
const MAX_RUNS: i64 = 10_000;

/// How much a graph may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphLimits {
    /// Task runs and subflow runs; a run with more has no graph.
    pub nodes: i64,
    /// Artifacts; the oldest are shown.
    pub artifacts: i64,
}

statements! {
    RUN = "SELECT r.start_time, r.end_time FROM flow_run r WHERE (r.workspace_id = ?1) IS TRUE AND r.id = ?2";
    NODES = "SELECT t.id, t.name, t.task_inputs, t.state_type, t.start_time, t.expected_start_time, t.end_time,
        c.id, c.name, c.state_type, c.start_time, c.expected_start_time, c.end_time
        FROM task_run t LEFT JOIN flow_run c ON c.parent_task_run_id = t.id
        WHERE t.flow_run_id = ?2 AND (t.workspace_id = ?1) IS TRUE AND t.state_type IS NOT NULL AND t.state_type <> 'PENDING'
        ORDER BY t.id LIMIT ?3";
    ARTIFACTS = "SELECT x.task_run_id, x.id, x.created, x.key, x.type, x.data, (x.key IS NULL OR c.id IS NOT NULL)
        FROM artifact x LEFT JOIN artifact_collection c ON c.latest_id = x.id AND c.key = x.key
        WHERE x.flow_run_id = ?2 AND (x.workspace_id = ?1) IS TRUE AND x.type <> 'result' ORDER BY x.created, x.id LIMIT ?3";
}

/// A task run, and the subflow run that it stands for.
struct Found {
    id: Uuid,
    name: String,
    inputs: String,
    state_type: StateType,
    start: Option<Timestamp>,
    expected: Option<Timestamp>,
    end: Option<Timestamp>,
    child: Option<Uuid>,
    child_name: Option<String>,
    child_state: Option<StateType>,
    child_start: Option<Timestamp>,
    child_expected: Option<Timestamp>,
    child_end: Option<Timestamp>,
}

impl Scope {
    /// The task runs of a flow run with what each depends on, at most 10,000. None where there is no such run.
    pub async fn dependencies(
        &self,
        id: FlowRunId,
    ) -> Result<Option<Vec<DependencyResult>>, StoreError> {
        let now = self.now();
        self.read(async move |conn, workspace| {
            if !flow_run::exists(conn, workspace, id).await? {
                return Ok(None);
            }
            let filters = Filters {
                task_runs: Some(TaskRunFilter {
                    flow_run_id: Some(AnyOrNull {
                        any_: Some(vec![id]),
                        ..AnyOrNull::default()
                    }),
                    ..TaskRunFilter::default()
                }),
                ..Filters::default()
            };
            let page = Page {
                limit: MAX_RUNS,
                offset: 0,
            };
            let sort = TaskRunSort::default();
            let runs = task_runs::list(conn, workspace, &filters, sort, page, now).await?;
            Ok(Some(runs.into_iter().map(dependency).collect()))
        })
        .await
    }

    /// The graph of a flow run: what has begun, at most 10,000 nodes; with `since` the nodes that began at or
    /// after that moment. None where there is no such run.
    pub async fn graph(
        &self,
        id: FlowRunId,
        since: Option<Timestamp>,
        limits: GraphLimits,
    ) -> Result<Option<Graph>, StoreError> {
        self.read(async move |conn, workspace| {
            let times: Option<(Option<Timestamp>, Option<Timestamp>)> = conn
                .query_one(&RUN, &params![workspace, id], |row| {
                    Ok((row.take()?, row.take()?))
                })
                .await?;
            let Some((start_time, end_time)) = times else {
                return Ok(None);
            };
            let one_more = limits.nodes.saturating_add(1);
            let found: Vec<Found> = conn
                .query(&NODES, &params![workspace, id, one_more], |row| {
                    Ok(Found {
                        id: row.take()?,
                        name: row.take()?,
                        inputs: row.take()?,
                        state_type: row.take()?,
                        start: row.take()?,
                        expected: row.take()?,
                        end: row.take()?,
                        child: row.take()?,
                        child_name: row.take()?,
                        child_state: row.take()?,
                        child_start: row.take()?,
                        child_expected: row.take()?,
                        child_end: row.take()?,
                    })
                })
                .await?;
            if i64::try_from(found.len()).unwrap_or(i64::MAX) > limits.nodes {
                return Err(StoreError::Impossible(format!(
                    "The graph of flow run {id} has more than {} nodes.",
                    limits.nodes
                )));
            }
            let mut artifacts = artifacts(conn, workspace, id, limits.artifacts).await?;
            let states = event::states_of(conn, workspace, id.0, true).await?;
            let states = states
                .into_iter()
                .map(|state| GraphState {
                    id: state.id,
                    timestamp: state.timestamp,
                    kind: state.kind,
                    name: state.name,
                })
                .collect();
            let tasks: HashMap<Uuid, Uuid> = found
                .iter()
                .filter_map(|run| Some((run.child?, run.id)))
                .collect();
            let (mut nodes, root_node_ids) = connect(found, since);
            for (id, node) in &mut nodes {
                let task_run = tasks.get(id).copied().unwrap_or(*id);
                node.artifacts = artifacts.remove(&Some(task_run)).unwrap_or_default();
            }
            Ok(Some(Graph {
                start_time,
                end_time,
                root_node_ids,
                nodes,
                artifacts: artifacts.remove(&None).unwrap_or_default(),
                states,
            }))
        })
        .await
    }
}

/// What a run has left, by the task run that did; results are none of it.
async fn artifacts(
    conn: &Conn,
    workspace: WorkspaceId,
    run: FlowRunId,
    limit: i64,
) -> Result<HashMap<Option<Uuid>, Vec<GraphArtifact>>, DbError> {
    let read = |row: &mut Row<'_>| {
        let task_run: Option<Uuid> = row.take()?;
        let artifact = GraphArtifact {
            id: row.take()?,
            created: row.take()?,
            key: row.take()?,
            kind: row.take()?,
            data: row.take()?,
            is_latest: row.take()?,
        };
        Ok((task_run, artifact))
    };
    let found = conn
        .query(&ARTIFACTS, &params![workspace, run, limit], read)
        .await?;
    let mut by_task: HashMap<Option<Uuid>, Vec<GraphArtifact>> = HashMap::new();
    for (task_run, mut artifact) in found {
        // Only progress is drawn from its data.
        artifact.data = artifact
            .data
            .filter(|_| artifact.kind.as_deref() == Some("progress"));
        by_task.entry(task_run).or_default().push(artifact);
    }
    Ok(by_task)
}

/// Where a value came from, as far as the graph cares.
#[derive(serde::Deserialize)]
struct Input {
    /// Some clients leave it out where it is the usual one.
    #[serde(default = "task_run")]
    input_type: String,
    #[serde(default)]
    id: Option<Uuid>,
}

fn task_run() -> String {
    "task_run".to_owned()
}

/// Makes nodes of what was found, and edges of their inputs.
fn connect(found: Vec<Found>, since: Option<Timestamp>) -> (Vec<(Uuid, Node)>, Vec<Uuid>) {
    // A task run that stands for a subflow run is shown as that run.
    let shown: HashMap<Uuid, Uuid> = found
        .iter()
        .map(|run| (run.id, run.child.unwrap_or(run.id)))
        .collect();
    let mut children: HashMap<Uuid, Vec<Edge>> = HashMap::new();
    let mut nodes = Vec::with_capacity(found.len());
    for run in found {
        let (parents, encapsulating) = edges(&run.inputs, &shown);
        let node = node(run, parents, encapsulating);
        for parent in &node.parents {
            children
                .entry(parent.id)
                .or_default()
                .push(Edge { id: node.id });
        }
        nodes.push((node.id, node));
    }
    for (id, node) in &mut nodes {
        node.children = children.remove(id).unwrap_or_default();
    }
    nodes.retain(|(_, node)| since.is_none_or(|since| node.start_time >= since));
    nodes.sort_by_key(|(id, node)| (node.start_time, *id));
    let roots = nodes
        .iter()
        .filter(|(_, node)| node.parents.is_empty() && node.encapsulating.is_empty())
        .map(|(id, _)| *id)
        .collect();
    (nodes, roots)
}

fn edges(inputs: &str, shown: &HashMap<Uuid, Uuid>) -> (Vec<Edge>, Vec<Edge>) {
    if inputs == "{}" {
        return (Vec::new(), Vec::new());
    }
    let inputs: BTreeMap<String, JsonValue> = read_text(inputs);
    let (mut parents, mut encapsulating) = (Vec::new(), Vec::new());
    for (name, list) in inputs {
        let list: Vec<Input> = serde_json::from_value(list).unwrap_or_default();
        for input in list {
            let is_run = matches!(input.input_type.as_str(), "task_run" | "flow_run");
            let Some(id) = input.id.filter(|_| is_run) else {
                continue;
            };
            let edge = Edge {
                id: shown.get(&id).copied().unwrap_or(id),
            };
            let edges = if name == "__parents__" {
                &mut encapsulating
            } else {
                &mut parents
            };
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
    }
    (parents, encapsulating)
}

fn node(run: Found, parents: Vec<Edge>, encapsulating: Vec<Edge>) -> Node {
    let started = |start: Option<Timestamp>, expected: Option<Timestamp>| {
        start.or(expected).unwrap_or(Timestamp::EPOCH)
    };
    let own = Node {
        kind: NodeKind::TaskRun,
        id: run.id,
        label: run.name,
        state_type: run.state_type,
        start_time: started(run.start, run.expected),
        end_time: run.end,
        parents,
        children: Vec::new(),
        encapsulating,
        artifacts: Vec::new(),
    };
    match run.child {
        None => own,
        Some(child) => Node {
            kind: NodeKind::FlowRun,
            id: child,
            label: run.child_name.unwrap_or_default(),
            state_type: run.child_state.unwrap_or(own.state_type),
            start_time: started(run.child_start, run.child_expected),
            end_time: run.child_end,
            ..own
        },
    }
}

fn dependency(run: TaskRun) -> DependencyResult {
    let inputs: BTreeMap<String, Vec<Input>> = read_text(run.task_inputs.get());
    let upstream: BTreeSet<Uuid> = inputs
        .into_values()
        .flatten()
        .filter(|input| input.input_type == task_run())
        .filter_map(|input| input.id)
        .collect();
    let details = run.state.as_ref().map(|state| &state.state_details);
    DependencyResult {
        id: run.id.0,
        name: run.name,
        upstream_dependencies: upstream
            .into_iter()
            .map(|id| TaskRunResult {
                input_type: TaskRunInput::TaskRun,
                id,
            })
            .collect(),
        untrackable_result: details.is_some_and(|details| details.untrackable_result),
        expected_start_time: run.expected_start_time,
        start_time: run.start_time,
        end_time: run.end_time,
        total_run_time: Some(run.total_run_time),
        estimated_run_time: Some(run.estimated_run_time),
        state: run.state,
    }
}
