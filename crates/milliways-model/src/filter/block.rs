//! Which block types, block schemas and block documents.

use serde::{Deserialize, Serialize};

use super::{AnyOf, NameFilter, Operator, pieces};
use crate::ids::{BlockDocumentId, BlockSchemaId, BlockTypeId};

pieces! {
    /// Which block types.
    BlockTypeFilter {
        /// By name.
        name: Option<BlockTypeNameFilter>,
        /// By slug.
        slug: Option<AnyOf<String>>,
    }
    /// A part of a text.
    BlockTypeNameFilter {
        /// Contains this text, whatever the case.
        like_: Option<String>,
    }
    /// Which block schemas.
    BlockSchemaFilter {
        /// All criteria, or one.
        operator: Operator,
        /// By type.
        block_type_id: Option<AnyOf<BlockTypeId>>,
        /// By what its blocks can do.
        block_capabilities: Option<AllOf>,
        /// By id.
        id: Option<AnyOf<BlockSchemaId>>,
        /// By version.
        version: Option<AnyOf<String>>,
    }
    /// All of a list.
    AllOf {
        /// All of these.
        all_: Option<Vec<String>>,
    }
    /// Whether something is so.
    IsFilter {
        /// What it has to be.
        eq_: Option<bool>,
    }
}

/// Which block documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BlockDocumentFilter {
    /// All criteria, or one.
    pub operator: Operator,
    /// By id.
    pub id: Option<AnyOf<BlockDocumentId>>,
    /// By whether they have no name of their own; without a criterion those are left out.
    #[cfg_attr(feature = "openapi", schema(default = IsFilter::no))]
    pub is_anonymous: Option<IsFilter>,
    /// By type.
    pub block_type_id: Option<AnyOf<BlockTypeId>>,
    /// By name.
    pub name: Option<NameFilter>,
}

impl Default for BlockDocumentFilter {
    fn default() -> Self {
        Self {
            operator: Operator::And,
            id: None,
            is_anonymous: Some(IsFilter::no()),
            block_type_id: None,
            name: None,
        }
    }
}

impl IsFilter {
    /// It has to be false.
    pub fn no() -> Self {
        Self { eq_: Some(false) }
    }
}
