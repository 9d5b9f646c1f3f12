//! Which work pools.

use serde::{Deserialize, Serialize};

use super::{AnyOf, Operator, pieces};
use crate::ids::WorkPoolId;

pieces! {
    /// Which work pools.
    WorkPoolFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By id.
        id: Option<AnyOf<WorkPoolId>>,
        /// By name.
        name: Option<AnyOf<String>>,
        /// By type.
        r#type: Option<AnyOf<String>>,
    }
}
