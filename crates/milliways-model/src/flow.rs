//! Flows: a name under which runs gather.

use serde::{Deserialize, Serialize};

use crate::ids::FlowId;
use crate::json::JsonObject;
use crate::time::Timestamp;

/// A flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flow {
    /// Its id.
    pub id: FlowId,
    /// When it was first seen.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Unique in its workspace.
    pub name: String,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Key and value pairs; handed on to its runs.
    #[serde(default)]
    pub labels: Option<JsonObject>,
}

/// The body that creates a flow, or finds the one of that name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowCreate {
    /// None of `/ % & > <`.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: String,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Key and value pairs.
    #[serde(default)]
    pub labels: Option<JsonObject>,
}

/// The body that changes a flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FlowUpdate {
    /// Replaces the tags; absent leaves them, and null is refused.
    #[serde(
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false))]
    pub tags: Option<Vec<String>>,
}
