//! Saved searches: criteria of a page, kept by name. Nobody here looks into them.

use serde::{Deserialize, Serialize};

use crate::ids::SavedSearchId;
use crate::json::Json;
use crate::time::Timestamp;

/// A saved search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedSearch {
    /// Its id.
    pub id: SavedSearchId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Unique in its workspace.
    pub name: String,
    /// Its criteria.
    #[serde(default)]
    pub filters: Vec<SavedSearchFilter>,
}

/// One criterion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedSearchFilter {
    /// The kind of object it is about.
    pub object: String,
    /// Which of its properties.
    pub property: String,
    /// The property's type.
    pub r#type: String,
    /// How it is compared.
    pub operation: String,
    /// With what.
    pub value: Json,
}

/// The body that makes a saved search, or replaces the one of that name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SavedSearchCreate {
    /// Its name.
    pub name: String,
    /// Its criteria.
    #[serde(default)]
    pub filters: Vec<SavedSearchFilter>,
}
