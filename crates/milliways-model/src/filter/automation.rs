//! Which automations.

use serde::{Deserialize, Serialize};

use super::{AnyOf, Operator, TagsFilter, pieces};
use crate::ids::AutomationId;
use crate::time::Timestamp;

pieces! {
    /// Which automations.
    AutomationFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By id.
        id: Option<AnyOf<AutomationId>>,
        /// By name.
        name: Option<AnyOf<String>>,
        /// By when they were created.
        created: Option<AutomationFilterCreated>,
        /// By tags.
        tags: Option<TagsFilter>,
    }
    /// When they were created.
    AutomationFilterCreated {
        /// Not after this moment.
        before_: Option<Timestamp>,
    }
}
