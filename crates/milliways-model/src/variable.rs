//! Variables: named JSON values of a workspace.

use serde::{Deserialize, Serialize};

use crate::ids::VariableId;
use crate::json::Json;
use crate::time::Timestamp;

/// The longest value of a variable, as JSON without spaces.
pub const MAX_VALUE_LENGTH: usize = 5_000;

/// A variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Variable {
    /// Its id.
    pub id: VariableId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Unique in its workspace.
    #[cfg_attr(feature = "openapi", schema(max_length = 255))]
    pub name: String,
    /// Any JSON.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<VariableValue>, required = true))]
    pub value: Json,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// The body that makes a variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct VariableCreate {
    /// Lower-case letters, digits, dashes and underscores.
    #[cfg_attr(feature = "openapi", schema(max_length = 255))]
    pub name: String,
    /// Any JSON.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<VariableValue>, required = true))]
    pub value: Json,
    /// For finding it.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// The body that changes a variable; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct VariableUpdate {
    /// Its new name, which can't be null.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 255))]
    pub name: Option<Option<String>>,
    /// Its new value; null is one.
    #[serde(
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<VariableValue>))]
    pub value: Option<Json>,
    /// Replaces the tags, which can't be null.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub tags: Option<Option<Vec<String>>>,
}

/// Any JSON, as the API document tells of it.
#[cfg(feature = "openapi")]
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum VariableValue {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// Any number.
    Number(f64),
    /// An object.
    Object(crate::json::JsonObject),
    /// A list.
    List(Vec<Json>),
}
