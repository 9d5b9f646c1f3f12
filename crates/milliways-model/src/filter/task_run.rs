//! Which task runs.

use serde::{Deserialize, Serialize};

use super::{
    AllTagsFilter, AnyOf, AnyOrNull, NameFilter, Operator, TimeFilter, TimeOrNullFilter, pieces,
};
use crate::ids::{FlowRunId, TaskRunId};
use crate::state::StateType;

pieces! {
    /// Which task runs.
    TaskRunFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By id.
        id: Option<AnyOf<TaskRunId>>,
        /// By name.
        name: Option<NameFilter>,
        /// By tags.
        tags: Option<AllTagsFilter>,
        /// By state.
        state: Option<TaskRunFilterState>,
        /// By start time.
        start_time: Option<TimeOrNullFilter>,
        /// By end time.
        end_time: Option<TimeOrNullFilter>,
        /// By expected start time.
        expected_start_time: Option<TimeFilter>,
        /// Whether they stand for a subflow run.
        subflow_runs: Option<SubflowRuns>,
        /// By flow run.
        flow_run_id: Option<AnyOrNull<FlowRunId>>,
    }
    /// By state.
    TaskRunFilterState {
        /// All criteria, or one.
        operator: Operator,
        /// The state's type.
        r#type: Option<AnyOf<StateType>>,
        /// The state's name.
        name: Option<AnyOf<String>>,
    }
    /// Whether they stand for a subflow run.
    SubflowRuns {
        /// They do (true) or don't (false).
        exists_: Option<bool>,
    }
}
