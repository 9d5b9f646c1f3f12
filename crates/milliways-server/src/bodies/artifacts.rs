//! Bodies about artifacts, variables, saved searches and schemas.

use milliways_model::JsonObject;
use milliways_model::filter::{ArtifactCollectionFilter, ArtifactFilter, VariableFilter};
use milliways_model::sort::{ArtifactCollectionSort, ArtifactSort, VariableSort};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::filter_bodies;

filter_bodies! {
    /// Which artifacts, and which part of them.
    ReadArtifacts as Body_read_artifacts_artifacts_filter_post {
        /// How many at most; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
        /// How many to skip.
        #[schema(minimum = 0, default = 0)]
        offset: i64,
        /// In which order.
        #[schema(default = ArtifactSort::default)]
        sort: ArtifactSort,
    } beside { artifacts: ArtifactFilter }

    /// Which artifacts.
    CountArtifacts as Body_count_artifacts_artifacts_count_post {} beside { artifacts: ArtifactFilter }

    /// The newest artifacts of which keys, and which part of them.
    ReadLatestArtifacts as Body_read_latest_artifacts_artifacts_latest_filter_post {
        /// How many at most; the server's page size unless given.
        #[schema(value_type = i64, required = false)]
        limit: Option<i64>,
        /// How many to skip.
        #[schema(minimum = 0, default = 0)]
        offset: i64,
        /// In which order.
        #[schema(default = ArtifactCollectionSort::default)]
        sort: ArtifactCollectionSort,
    } beside { artifacts: ArtifactCollectionFilter }

    /// Which keys.
    CountLatestArtifacts as Body_count_latest_artifacts_artifacts_latest_count_post {}
        beside { artifacts: ArtifactCollectionFilter }
}

/// Which variables, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_variables_variables_filter_post)]
pub(crate) struct ReadVariables {
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// Which variables.
    pub(crate) variables: Option<VariableFilter>,
    /// In which order.
    #[schema(default = VariableSort::default)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) sort: VariableSort,
}

/// Which variables.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_count_variables_variables_count_post)]
pub(crate) struct CountVariables {
    /// Which variables.
    pub(crate) variables: Option<VariableFilter>,
}

/// Which part of the saved searches.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_saved_searches_saved_searches_filter_post)]
pub(crate) struct ReadSavedSearches {
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
}

/// A schema, and values to hold against it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_validate_obj_ui_schemas_validate_post)]
pub(crate) struct ValidateValues {
    /// The schema.
    pub(crate) schema: JsonObject,
    /// The values, with objects that stand for values among them.
    pub(crate) values: JsonObject,
}

/// What is wrong with values.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SchemaValuesValidationResponse {
    /// What is wrong, from the top down.
    #[schema(no_recursion)]
    pub(crate) errors: Vec<SchemaValueError>,
    /// Whether nothing is.
    pub(crate) valid: bool,
}

/// A message, or where to look further.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum SchemaValueError {
    /// What is wrong with the value at hand.
    Message(String),
    /// Something is wrong with one of its properties.
    #[schema(no_recursion)]
    Property(SchemaValuePropertyError),
    /// Something is wrong with one of its items.
    #[schema(no_recursion)]
    Index(SchemaValueIndexError),
}

/// What is wrong with a property.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SchemaValuePropertyError {
    /// Its key.
    pub(crate) property: String,
    /// What is wrong.
    #[schema(no_recursion)]
    pub(crate) errors: Vec<SchemaValueError>,
}

/// What is wrong with an item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SchemaValueIndexError {
    /// Its place.
    pub(crate) index: i64,
    /// What is wrong.
    #[schema(no_recursion)]
    pub(crate) errors: Vec<SchemaValueError>,
}
