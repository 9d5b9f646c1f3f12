//! Bodies about blocks.

use milliways_model::filter::{BlockDocumentFilter, BlockSchemaFilter, BlockTypeFilter};
use milliways_model::sort::BlockDocumentSort;
use milliways_storage::BlockFilters;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which block types, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_block_types_block_types_filter_post)]
pub(crate) struct ReadBlockTypes {
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// Which types.
    pub(crate) block_types: Option<BlockTypeFilter>,
    /// Types that have such a schema.
    pub(crate) block_schemas: Option<BlockSchemaFilter>,
}

/// Which block schemas, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_block_schemas_block_schemas_filter_post)]
pub(crate) struct ReadBlockSchemas {
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// Which schemas.
    pub(crate) block_schemas: Option<BlockSchemaFilter>,
}

/// Which block documents, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_block_documents_block_documents_filter_post)]
pub(crate) struct ReadBlockDocuments {
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// Which documents; those that have a name of their own unless given.
    pub(crate) block_documents: Option<BlockDocumentFilter>,
    /// By type.
    pub(crate) block_types: Option<BlockTypeFilter>,
    /// By schema.
    pub(crate) block_schemas: Option<BlockSchemaFilter>,
    /// Whether secrets are shown.
    #[schema(default = false)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) include_secrets: bool,
    /// In which order.
    #[schema(value_type = Option<BlockDocumentSort>, default = BlockDocumentSort::default)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) sort: BlockDocumentSort,
}

/// Which block documents.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_count_block_documents_block_documents_count_post)]
#[expect(clippy::struct_field_names, reason = "they are called so on the wire")]
pub(crate) struct CountBlockDocuments {
    /// Which documents; those that have a name of their own unless given.
    pub(crate) block_documents: Option<BlockDocumentFilter>,
    /// By type.
    pub(crate) block_types: Option<BlockTypeFilter>,
    /// By schema.
    pub(crate) block_schemas: Option<BlockSchemaFilter>,
}

impl ReadBlockDocuments {
    /// The filters, taken out.
    pub(crate) fn filters(&mut self) -> BlockFilters {
        BlockFilters {
            types: self.block_types.take(),
            schemas: self.block_schemas.take(),
            documents: self.block_documents.take(),
        }
    }
}
