//! Which workers.

use serde::{Deserialize, Serialize};

use super::{AnyOrNot, Operator, TimeFilter, pieces};
use crate::worker::WorkerStatus;

pieces! {
    /// Which workers.
    WorkerFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By when they were last heard of.
        last_heartbeat_time: Option<TimeFilter>,
        /// By status.
        status: Option<AnyOrNot<WorkerStatus>>,
    }
}
