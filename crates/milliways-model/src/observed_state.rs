//! States that runs were seen in: for choosing among them.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A type and a name that states were seen with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObservedState {
    /// The type.
    pub state_type: String,
    /// The name.
    pub state_name: String,
    /// When one was first seen, among those that are looked at.
    pub first_seen: Timestamp,
    /// When one was last seen.
    pub last_seen: Timestamp,
}

/// In which order states are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ObservedStateSort {
    /// By type and name.
    NameAsc,
    /// Those seen last first.
    #[default]
    LastSeenDesc,
}
