//! Artifacts: what runs leave behind for people to look at, and the newest one of each key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{ArtifactCollectionId, ArtifactId, FlowRunId, TaskRunId};
use crate::json::Json;
use crate::time::Timestamp;

/// The longest text of an artifact's metadata; what is longer is cut.
pub const MAX_METADATA_LENGTH: usize = 500;

/// User-defined pairs of texts.
pub type Metadata = BTreeMap<String, String>;

/// An artifact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Artifact {
    /// Its id.
    pub id: ArtifactId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Under which it gathers with its earlier versions.
    pub key: Option<String>,
    /// What its data looks like, such as `table` or `markdown`.
    pub r#type: Option<String>,
    /// Markdown.
    pub description: Option<String>,
    /// Its content.
    pub data: Option<Json>,
    /// User-defined.
    pub metadata_: Option<Metadata>,
    /// The flow run that left it.
    pub flow_run_id: Option<FlowRunId>,
    /// The task run that left it.
    pub task_run_id: Option<TaskRunId>,
}

/// The newest artifact of a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArtifactCollection {
    /// The id of the collection.
    pub id: ArtifactCollectionId,
    /// When its first artifact was made.
    pub created: Option<Timestamp>,
    /// When its newest one was.
    pub updated: Option<Timestamp>,
    /// Unique in its workspace.
    pub key: String,
    /// The newest artifact.
    pub latest_id: ArtifactId,
    /// What its data looks like.
    pub r#type: Option<String>,
    /// Markdown.
    pub description: Option<String>,
    /// Its content.
    pub data: Option<Json>,
    /// User-defined.
    pub metadata_: Option<Metadata>,
    /// The flow run that left it.
    pub flow_run_id: Option<FlowRunId>,
    /// The task run that left it.
    pub task_run_id: Option<TaskRunId>,
}

/// The body that makes an artifact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ArtifactCreate {
    /// Lower-case letters, digits and dashes.
    pub key: Option<String>,
    /// What its data looks like.
    pub r#type: Option<String>,
    /// Markdown.
    pub description: Option<String>,
    /// Its content.
    pub data: Option<Json>,
    /// User-defined; long texts are cut.
    pub metadata_: Option<Metadata>,
    /// The flow run that leaves it.
    pub flow_run_id: Option<FlowRunId>,
    /// The task run that leaves it.
    pub task_run_id: Option<TaskRunId>,
}

/// The body that changes an artifact: absent leaves, null clears.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ArtifactUpdate {
    /// Its content.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Json>))]
    pub data: Option<Option<Json>>,
    /// Markdown.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Option<Option<String>>,
    /// User-defined; long texts are cut.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Metadata>))]
    pub metadata_: Option<Option<Metadata>>,
}

/// Cuts the texts that are too long, and says so at their ends.
pub fn cut_metadata(metadata: &mut Metadata) {
    for text in metadata.values_mut() {
        if let Some((end, _)) = text.char_indices().nth(MAX_METADATA_LENGTH) {
            text.truncate(end);
            text.push_str("...");
        }
    }
}
