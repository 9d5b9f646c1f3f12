//! Which work queues.

use serde::{Deserialize, Serialize};

use super::{AnyOf, Operator, pieces};
use crate::ids::WorkQueueId;

pieces! {
    /// Which work queues.
    WorkQueueFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By id.
        id: Option<AnyOf<WorkQueueId>>,
        /// By name.
        name: Option<WorkQueueFilterName>,
    }
    /// By name.
    WorkQueueFilterName {
        /// One of these.
        any_: Option<Vec<String>>,
        /// Begins with one of these, whatever the case.
        startswith_: Option<Vec<String>>,
    }
}
