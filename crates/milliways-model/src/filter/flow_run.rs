//! Which flow runs.

use serde::{Deserialize, Serialize};

use super::{
    AnyOf, AnyOrNot, AnyOrNull, NameFilter, Operator, TagsFilter, TimeFilter, TimeOrNullFilter,
    pieces,
};
use crate::ids::{DeploymentId, FlowRunId, TaskRunId, Uuid};
use crate::state::StateType;

pieces! {
    /// Which flow runs.
    FlowRunFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By id.
        id: Option<AnyOrNot<FlowRunId>>,
        /// By name.
        name: Option<NameFilter>,
        /// By tags.
        tags: Option<TagsFilter>,
        /// By deployment.
        deployment_id: Option<AnyOrNull<DeploymentId>>,
        /// By the name of their queue.
        work_queue_name: Option<AnyOrNull<String>>,
        /// By state.
        state: Option<FlowRunFilterState>,
        /// By the version of the flow's code.
        flow_version: Option<AnyOf<String>>,
        /// By start time, or the expected one of runs that have not started.
        start_time: Option<TimeOrNullFilter>,
        /// By end time.
        end_time: Option<TimeOrNullFilter>,
        /// By expected start time.
        expected_start_time: Option<TimeFilter>,
        /// By the time at which they are due.
        next_scheduled_start_time: Option<TimeFilter>,
        /// Subflow runs of these.
        parent_flow_run_id: Option<ParentFlowRun>,
        /// By the task run that stands for them in their parent.
        parent_task_run_id: Option<AnyOrNull<TaskRunId>>,
        /// By idempotency key.
        idempotency_key: Option<AnyOrNot<String>>,
        /// By who made them.
        created_by: Option<FlowRunFilterCreatedBy>,
    }
    /// By state.
    FlowRunFilterState {
        /// All criteria, or one.
        operator: Operator,
        /// The state's type.
        r#type: Option<AnyOrNot<StateType>>,
        /// The state's name.
        name: Option<AnyOrNot<String>>,
    }
    /// By the flow run whose subflow they are.
    ParentFlowRun {
        /// All criteria, or one.
        operator: Operator,
        /// One of these.
        any_: Option<Vec<FlowRunId>>,
    }
    /// By who made them.
    FlowRunFilterCreatedBy {
        /// All criteria, or one.
        operator: Operator,
        /// The maker's id.
        id_: Option<Vec<Uuid>>,
        /// The maker's type, such as `SCHEDULE`.
        type_: Option<Vec<String>>,
        /// Whether nobody is known (true) or somebody is (false).
        is_null_: Option<bool>,
    }
}
