//! Which artifacts, and which keys of artifacts.

use serde::{Deserialize, Serialize};

use super::{AnyOf, AnyOrNot, Operator, pieces};
use crate::ids::{ArtifactId, FlowRunId, TaskRunId};

pieces! {
    /// Which artifacts.
    ArtifactFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By id.
        id: Option<AnyOf<ArtifactId>>,
        /// By key.
        key: Option<KeyFilter>,
        /// By flow run.
        flow_run_id: Option<AnyOf<FlowRunId>>,
        /// By task run.
        task_run_id: Option<AnyOf<TaskRunId>>,
        /// By what their data looks like.
        r#type: Option<AnyOrNot<String>>,
    }
    /// Which keys, by their newest artifact.
    ArtifactCollectionFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By the newest artifact's id.
        latest_id: Option<AnyOf<ArtifactId>>,
        /// By key.
        key: Option<KeyFilter>,
        /// By flow run.
        flow_run_id: Option<AnyOf<FlowRunId>>,
        /// By task run.
        task_run_id: Option<AnyOf<TaskRunId>>,
        /// By what their data looks like.
        r#type: Option<AnyOrNot<String>>,
    }
    /// Keys.
    KeyFilter {
        /// One of these, exactly.
        any_: Option<Vec<String>>,
        /// Contains this text, whatever the case.
        like_: Option<String>,
        /// Whether there is one.
        exists_: Option<bool>,
    }
}
