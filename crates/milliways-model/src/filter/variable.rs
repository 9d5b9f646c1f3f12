//! Which variables.

use serde::{Deserialize, Serialize};

use super::{AllTagsFilter, AnyOf, NameFilter, Operator, pieces};
use crate::ids::VariableId;

pieces! {
    /// Which variables.
    VariableFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By id.
        id: Option<AnyOf<VariableId>>,
        /// By name.
        name: Option<NameFilter>,
        /// By tags.
        tags: Option<AllTagsFilter>,
    }
}
