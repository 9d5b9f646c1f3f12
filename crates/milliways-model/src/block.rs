//! Blocks: types, the schemas of their fields, and documents that hold values for those fields.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{BlockDocumentId, BlockSchemaId, BlockTypeId};
use crate::json::JsonObject;
use crate::time::Timestamp;

/// What stands in the place of a secret, however long that is.
pub const MASK: &str = "********";

/// The version of a schema that says none.
pub const UNVERSIONED: &str = "non-versioned";

/// A kind of block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockType {
    /// Its id.
    pub id: BlockTypeId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Its name for people.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: String,
    /// Its name for programs; unique in its workspace.
    pub slug: String,
    /// Where its picture is.
    pub logo_url: Option<String>,
    /// Where it is explained.
    pub documentation_url: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// How it is used.
    pub code_example: Option<String>,
    /// Whether it belongs to the server, so that it can't be deleted.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub is_protected: bool,
}

/// The body that makes a block type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BlockTypeCreate {
    /// Its name for people.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: String,
    /// Lower-case letters, digits and dashes.
    pub slug: String,
    /// Where its picture is.
    #[serde(default)]
    pub logo_url: Option<String>,
    /// Where it is explained.
    #[serde(default)]
    pub documentation_url: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// How it is used.
    #[serde(default)]
    pub code_example: Option<String>,
}

/// The body that changes a block type: absent leaves, null clears.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BlockTypeUpdate {
    /// Where its picture is.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub logo_url: Option<Option<String>>,
    /// Where it is explained.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub documentation_url: Option<Option<String>>,
    /// What it is for.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Option<Option<String>>,
    /// How it is used.
    #[serde(
        deserialize_with = "crate::patch::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub code_example: Option<Option<String>>,
}

/// What fields the blocks of a type have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockSchema {
    /// Its id.
    pub id: BlockSchemaId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Of its fields; with the version unique in its workspace.
    pub checksum: String,
    /// A JSON schema, with the definitions of nested blocks.
    #[serde(default)]
    pub fields: JsonObject,
    /// The type that it belongs to.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub block_type_id: Option<BlockTypeId>,
    /// The same, written out.
    #[serde(default)]
    pub block_type: Option<BlockType>,
    /// What its blocks can do.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// The version of the program that declares it.
    #[serde(default = "unversioned")]
    #[cfg_attr(feature = "openapi", schema(default = unversioned))]
    pub version: String,
}

/// The body that makes a block schema, or finds the one of these fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BlockSchemaCreate {
    /// A JSON schema.
    #[serde(default)]
    pub fields: JsonObject,
    /// The type that it belongs to.
    pub block_type_id: BlockTypeId,
    /// What its blocks can do.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// The version of the program that declares it.
    #[serde(default = "unversioned")]
    #[cfg_attr(feature = "openapi", schema(default = unversioned))]
    pub version: String,
}

fn unversioned() -> String {
    UNVERSIONED.to_owned()
}

/// Values for the fields of a schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlockDocument {
    /// Its id.
    pub id: BlockDocumentId,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Unique among the documents of its type.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: Option<String>,
    /// The values, those of nested blocks among them.
    #[serde(default)]
    pub data: JsonObject,
    /// The schema of its fields.
    pub block_schema_id: BlockSchemaId,
    /// The same, written out.
    #[serde(default)]
    pub block_schema: Option<BlockSchema>,
    /// Its type.
    pub block_type_id: BlockTypeId,
    /// The type's name.
    #[serde(default)]
    pub block_type_name: Option<String>,
    /// The type, written out.
    #[serde(default)]
    pub block_type: Option<BlockType>,
    /// The documents that stand for some of its values, by field.
    #[serde(default)]
    pub block_document_references: BTreeMap<String, JsonObject>,
    /// Whether a program made it without naming it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub is_anonymous: bool,
}

/// The body that makes a block document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BlockDocumentCreate {
    /// Lower-case letters, digits and dashes; only anonymous ones need none.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: Option<String>,
    /// The values; `{"$ref": {"block_document_id": …}}` names another document.
    #[serde(default)]
    pub data: JsonObject,
    /// The schema of its fields.
    pub block_schema_id: BlockSchemaId,
    /// Its type.
    pub block_type_id: BlockTypeId,
    /// Whether it has no name of its own.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub is_anonymous: bool,
}

/// The body that changes a block document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BlockDocumentUpdate {
    /// Another schema of the same type.
    #[serde(default)]
    pub block_schema_id: Option<BlockSchemaId>,
    /// The values; a secret that is the mask stays as it is.
    #[serde(
        default,
        deserialize_with = "crate::patch::present",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = JsonObject, required = false))]
    pub data: Option<JsonObject>,
    /// Whether the values are put to the present ones, or in their place.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub merge_existing_data: bool,
}

fn yes() -> bool {
    true
}
