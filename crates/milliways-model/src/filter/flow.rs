//! Which flows.

use serde::{Deserialize, Serialize};

use super::{AllTagsFilter, AnyOrNot, IsNull, NameFilter, Operator, pieces};
use crate::ids::FlowId;

pieces! {
    /// Which flows.
    FlowFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By id.
        id: Option<AnyOrNot<FlowId>>,
        /// Whether it has deployments.
        deployment: Option<IsNull>,
        /// By name.
        name: Option<NameFilter>,
        /// By tags.
        tags: Option<AllTagsFilter>,
    }
}
