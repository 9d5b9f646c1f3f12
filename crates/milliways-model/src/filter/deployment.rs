//! Which deployments.

use serde::{Deserialize, Serialize};

use super::{AnyOf, AnyOrNot, NameFilter, Operator, TagsFilter, pieces};
use crate::ids::DeploymentId;

pieces! {
    /// Which deployments.
    DeploymentFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By id.
        id: Option<AnyOrNot<DeploymentId>>,
        /// By name.
        name: Option<NameFilter>,
        /// By name, or by the flow's name.
        flow_or_deployment_name: Option<LikeFilter>,
        /// By whether their schedules make no runs.
        paused: Option<EqualFilter>,
        /// By tags.
        tags: Option<TagsFilter>,
        /// By the name of their queue.
        work_queue_name: Option<AnyOf<String>>,
        /// By concurrency limit; kept for old clients.
        concurrency_limit: Option<SizeFilter>,
    }
    /// Text within a name.
    LikeFilter {
        /// Contains this text, whatever the case.
        like_: Option<String>,
    }
    /// Yes or no.
    EqualFilter {
        /// Is this.
        eq_: Option<bool>,
    }
    /// A number.
    SizeFilter {
        /// Not less than this.
        ge_: Option<i64>,
        /// Not more than this.
        le_: Option<i64>,
        /// Whether it must be unset (true) or set (false).
        is_null_: Option<bool>,
    }
}
