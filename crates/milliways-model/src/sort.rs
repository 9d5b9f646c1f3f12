//! The orders that lists can be asked for in. Nothing else may reach an `ORDER BY`.

use serde::{Deserialize, Serialize};

/// Orders of flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FlowSort {
    /// Newest first.
    CreatedDesc,
    /// Last changed first.
    UpdatedDesc,
    /// By name.
    #[default]
    NameAsc,
    /// By name, backwards.
    NameDesc,
}

/// Orders of deployments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeploymentSort {
    /// Newest first.
    CreatedDesc,
    /// Last changed first.
    UpdatedDesc,
    /// By name.
    #[default]
    NameAsc,
    /// By name, backwards.
    NameDesc,
}

/// Orders of flow runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FlowRunSort {
    /// By id, backwards.
    #[default]
    IdDesc,
    /// By start time, or the expected one of runs that have not started.
    StartTimeAsc,
    /// The same, latest first.
    StartTimeDesc,
    /// By expected start time.
    ExpectedStartTimeAsc,
    /// The same, latest first.
    ExpectedStartTimeDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// By the time at which a SCHEDULED run is due.
    NextScheduledStartTimeAsc,
    /// By end time, latest first; runs that have not ended come last.
    EndTimeDesc,
}

/// Orders of task runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskRunSort {
    /// By id, backwards.
    #[default]
    IdDesc,
    /// By expected start time.
    ExpectedStartTimeAsc,
    /// The same, latest first.
    ExpectedStartTimeDesc,
    /// By name.
    NameAsc,
    /// By name, backwards.
    NameDesc,
    /// By the time at which a SCHEDULED run is due.
    NextScheduledStartTimeAsc,
    /// By end time, latest first; runs that have not ended come last.
    EndTimeDesc,
    /// By run time, longest first.
    DurationDesc,
    /// By run time.
    DurationAsc,
}

/// Orders of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LogSort {
    /// Oldest first.
    #[default]
    TimestampAsc,
    /// Newest first.
    TimestampDesc,
}

/// Orders of automations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AutomationSort {
    /// Newest first.
    CreatedDesc,
    /// Last changed first.
    UpdatedDesc,
    /// By name.
    #[default]
    NameAsc,
    /// By name, backwards.
    NameDesc,
}

/// Orders of events, by the time they occurred.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum EventOrder {
    /// Oldest first.
    Asc,
    /// Newest first.
    #[default]
    Desc,
}

/// Orders of variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VariableSort {
    /// Newest first.
    CreatedDesc,
    /// Last changed first.
    UpdatedDesc,
    /// By name, backwards.
    NameDesc,
    /// By name.
    #[default]
    NameAsc,
}

/// Orders of artifacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ArtifactSort {
    /// Newest first.
    CreatedDesc,
    /// Last changed first.
    UpdatedDesc,
    /// By id, backwards.
    #[default]
    IdDesc,
    /// By key, backwards.
    KeyDesc,
    /// By key.
    KeyAsc,
}

/// Orders of the newest artifacts of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ArtifactCollectionSort {
    /// Newest first.
    CreatedDesc,
    /// Last changed first.
    UpdatedDesc,
    /// By id, backwards.
    #[default]
    IdDesc,
    /// By key, backwards.
    KeyDesc,
    /// By key.
    KeyAsc,
}

/// Orders of block documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BlockDocumentSort {
    /// By name, backwards.
    NameDesc,
    /// By name.
    #[default]
    NameAsc,
    /// By type, then by name.
    BlockTypeAndNameAsc,
}
