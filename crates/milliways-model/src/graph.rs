//! The graph of a flow run: its task runs and subflow runs, and what depends on what.

use serde::{Deserialize, Serialize};

use crate::ids::{ArtifactId, StateId, Uuid};
use crate::json::Json;
use crate::state::{State, StateType};
use crate::time::Timestamp;

/// A flow run's graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Graph {
    /// When the flow run started.
    pub start_time: Option<Timestamp>,
    /// When it ended.
    pub end_time: Option<Timestamp>,
    /// Nodes that depend on no other.
    pub root_node_ids: Vec<Uuid>,
    /// Pairs of id and node, by start time.
    pub nodes: Vec<(Uuid, Node)>,
    /// Artifacts of the flow run itself.
    pub artifacts: Vec<GraphArtifact>,
    /// The flow run's states.
    pub states: Vec<GraphState>,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// A subflow run.
    FlowRun,
    /// A task run.
    TaskRun,
}

/// A task run or a subflow run in the graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Node {
    /// What it stands for.
    pub kind: NodeKind,
    /// The run's id.
    pub id: Uuid,
    /// The run's name.
    pub label: String,
    /// The type of its state.
    pub state_type: StateType,
    /// When it started, or should.
    pub start_time: Timestamp,
    /// When it ended.
    pub end_time: Option<Timestamp>,
    /// Whose results it uses.
    pub parents: Vec<Edge>,
    /// Who uses its result.
    pub children: Vec<Edge>,
    /// What it runs inside of.
    pub encapsulating: Vec<Edge>,
    /// Its artifacts.
    pub artifacts: Vec<GraphArtifact>,
}

/// The other end of a dependency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edge {
    /// The node at that end.
    pub id: Uuid,
}

/// A state of the flow run in the graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GraphState {
    /// The state's id.
    pub id: StateId,
    /// When the run entered it.
    pub timestamp: Timestamp,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: StateType,
    /// Its name.
    pub name: String,
}

/// An artifact in the graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GraphArtifact {
    /// Its id.
    pub id: ArtifactId,
    /// When it was made.
    pub created: Timestamp,
    /// Its key.
    pub key: Option<String>,
    /// Its type, such as `markdown`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether it is the latest of its key.
    pub is_latest: bool,
    /// Only of progress artifacts.
    pub data: Option<Json>,
}

/// A task run in the older graph, with what it depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DependencyResult {
    /// The task run.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The task runs whose results it uses.
    pub upstream_dependencies: Vec<TaskRunResult>,
    /// Its state.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub state: Option<State>,
    /// When it should start, or should have.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub expected_start_time: Option<Timestamp>,
    /// When it started.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub start_time: Option<Timestamp>,
    /// When it ended.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub end_time: Option<Timestamp>,
    /// Seconds spent running.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub total_run_time: Option<f64>,
    /// Seconds spent running, with the present state counted in.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub estimated_run_time: Option<f64>,
    /// Whether its result can't be followed to who uses it.
    pub untrackable_result: bool,
}

/// A task run whose result is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskRunResult {
    /// Always `task_run`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(inline, default = "task_run"))]
    pub input_type: TaskRunInput,
    /// The task run.
    pub id: Uuid,
}

/// What tells a [`TaskRunResult`] from other inputs.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaskRunInput {
    /// The result of a task run.
    #[default]
    TaskRun,
}
