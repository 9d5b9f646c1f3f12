//! The part of a run's row that rules and transforms read or change.
//!
//! Not in here: the row's state columns (id, type, name, timestamp). They are those of the state that was written.

use milliways_model::{
    DeploymentId, FlowId, FlowRunId, FlowRunPolicy, TaskRunId, TaskRunPolicy, Timestamp,
    WorkQueueId,
};

/// A flow run or a task run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunId {
    /// A flow run.
    Flow(FlowRunId),
    /// A task run.
    Task(TaskRunId),
}

/// How a run is tried again.
#[derive(Clone, Debug, PartialEq)]
pub enum RunPolicy {
    /// A flow run's; rules change what pauses and retries leave behind in it.
    Flow(FlowRunPolicy),
    /// A task run's; never changed.
    Task(TaskRunPolicy),
}

/// What rules and transforms read or change of a run's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Which run.
    pub id: RunId,
    /// Read only: the flow run that called a task run.
    pub flow_run_id: Option<FlowRunId>,
    /// Read only: the flow that a flow run is a run of.
    pub flow_id: Option<FlowId>,
    /// Read only: the deployment that a flow run runs.
    pub deployment_id: Option<DeploymentId>,
    /// Read only: the queue that a flow run waits in, or waited.
    pub work_queue_id: Option<WorkQueueId>,
    /// Read only: the task run that stands for a subflow run in its parent.
    pub parent_task_run_id: Option<TaskRunId>,
    /// Read only: whether a flow run's infrastructure is known, so that there is something to end.
    pub has_infrastructure_pid: bool,
    /// Read only, of task runs: the tags whose limits it has to keep.
    pub tags: Vec<String>,
    /// How it is tried again. Changed for flow runs.
    pub policy: RunPolicy,
    /// Changed: how often it has started.
    pub run_count: i64,
    /// Changed, of task runs: the flow run's own count when the task run last started.
    pub flow_run_run_count: i64,
    /// Changed: when it first started.
    pub start_time: Option<Timestamp>,
    /// Changed: when it ended.
    pub end_time: Option<Timestamp>,
    /// Changed: seconds spent RUNNING in states that are over.
    pub total_run_time: f64,
    /// Changed: when it should start, or should have.
    pub expected_start_time: Option<Timestamp>,
    /// Changed: when it starts next, while SCHEDULED.
    pub next_scheduled_start_time: Option<Timestamp>,
}

impl Run {
    /// A new flow run that belongs to nothing.
    pub fn flow(id: FlowRunId) -> Self {
        Self::new(RunId::Flow(id), RunPolicy::Flow(FlowRunPolicy::default()))
    }

    /// A new task run that belongs to nothing.
    pub fn task(id: TaskRunId) -> Self {
        Self::new(RunId::Task(id), RunPolicy::Task(TaskRunPolicy::default()))
    }

    /// The policy of a flow run; none for a task run.
    pub fn flow_policy(&self) -> Option<&FlowRunPolicy> {
        match &self.policy {
            RunPolicy::Flow(policy) => Some(policy),
            RunPolicy::Task(_) => None,
        }
    }

    /// The policy of a task run; none for a flow run.
    pub fn task_policy(&self) -> Option<&TaskRunPolicy> {
        match &self.policy {
            RunPolicy::Flow(_) => None,
            RunPolicy::Task(policy) => Some(policy),
        }
    }

    pub(crate) fn flow_policy_mut(&mut self) -> Option<&mut FlowRunPolicy> {
        match &mut self.policy {
            RunPolicy::Flow(policy) => Some(policy),
            RunPolicy::Task(_) => None,
        }
    }

    const fn new(id: RunId, policy: RunPolicy) -> Self {
        Self {
            id,
            flow_run_id: None,
            flow_id: None,
            deployment_id: None,
            work_queue_id: None,
            parent_task_run_id: None,
            has_infrastructure_pid: false,
            tags: Vec::new(),
            policy,
            run_count: 0,
            flow_run_run_count: 0,
            start_time: None,
            end_time: None,
            total_run_time: 0.0,
            expected_start_time: None,
            next_scheduled_start_time: None,
        }
    }
}
