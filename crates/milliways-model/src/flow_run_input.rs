//! Inputs of flow runs: values by key, for runs that wait for them.

use serde::{Deserialize, Serialize};

use crate::ids::{FlowRunId, Uuid};
use crate::time::Timestamp;

/// An input of a flow run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowRunInput {
    /// Its id.
    pub id: Uuid,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// The same: inputs don't change.
    pub updated: Option<Timestamp>,
    /// Whose input it is.
    pub flow_run_id: FlowRunId,
    /// Unique for its run.
    pub key: String,
    /// The value.
    pub value: String,
    /// Who sent it.
    #[serde(default)]
    pub sender: Option<String>,
}
