//! Which log lines.

use serde::{Deserialize, Serialize};

use super::{AnyOf, AnyOrNull, Operator, TextFilter, TimeFilter, pieces};
use crate::ids::{FlowRunId, TaskRunId};

pieces! {
    /// Which log lines.
    LogFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By level.
        level: Option<LevelFilter>,
        /// By the time they were written.
        timestamp: Option<TimeFilter>,
        /// By flow run.
        flow_run_id: Option<AnyOf<FlowRunId>>,
        /// By task run.
        task_run_id: Option<LogFilterTaskRunId>,
        /// By words in the text.
        text: Option<TextFilter>,
    }
    /// A span of levels, both ends included.
    LevelFilter {
        /// At least.
        ge_: Option<i64>,
        /// At most.
        le_: Option<i64>,
    }
    /// By task run, or lines of no task run.
    LogFilterTaskRunId {
        /// One of these.
        any_: Option<Vec<TaskRunId>>,
        /// Whether no task run wrote it (true) or one did (false).
        is_null_: Option<bool>,
    }
}

impl From<LogFilterTaskRunId> for AnyOrNull<TaskRunId> {
    fn from(filter: LogFilterTaskRunId) -> Self {
        Self {
            operator: Operator::And,
            any_: filter.any_,
            is_null_: filter.is_null_,
        }
    }
}
