//! The blocks that exist from the start. What they are is data: `system_blocks.json`.
//!
//! Checksums of the blocks that Prefect's client has itself are the ones that it computes for its classes, so
//! that it finds the schemas here; the texts are ours.

use std::sync::LazyLock;

use milliways_model::{BlockSchemaId, BlockType, BlockTypeId, JsonObject, WorkspaceId, uuid7};
use milliways_orchestration::blocks::checksum;
use serde::Deserialize;

use super::schemas::{Registration, register};
use crate::db::{DbError, Tx};
use crate::error::StoreError;
use crate::scope::draw;
use crate::tables::block_schema::Stored;
use crate::tables::{block_schema, block_type};

/// A block that exists from the start.
#[derive(Clone, Debug, Deserialize)]
pub struct SystemBlock {
    /// The package of clients that it belongs to.
    pub collection: String,
    /// Its name for people.
    pub name: String,
    /// Its name for programs.
    pub slug: String,
    /// Where its picture is.
    pub logo_url: Option<String>,
    /// Where it is explained.
    pub documentation_url: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it can't be deleted.
    pub is_protected: bool,
    /// Its fields.
    pub schema: SystemSchema,
}

/// The schema of a block that exists from the start.
#[derive(Clone, Debug, Deserialize)]
pub struct SystemSchema {
    /// By which clients find it.
    pub checksum: String,
    /// The version of the client that has it.
    pub version: String,
    /// What its blocks can do.
    pub capabilities: Vec<String>,
    /// A JSON schema.
    pub fields: JsonObject,
}

static BLOCKS: LazyLock<Vec<SystemBlock>> =
    LazyLock::new(|| serde_json::from_str(include_str!("system_blocks.json")).unwrap_or_default());

/// The blocks that exist from the start.
pub fn system_blocks() -> &'static [SystemBlock] {
    &BLOCKS
}

/// Makes the types and schemas that are not there yet.
pub(crate) async fn install(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    only_protected: bool,
) -> Result<(), StoreError> {
    let wanted = || {
        BLOCKS
            .iter()
            .filter(|it| it.is_protected || !only_protected)
    };
    let mut types = Vec::with_capacity(BLOCKS.len());
    for block in wanted() {
        types.push(install_type(tx, workspace, block).await?);
    }
    // Schemas hold each other: they need the types of all.
    for (block, id) in wanted().zip(types) {
        let schema = &block.schema;
        let version = Some(schema.version.as_str());
        let known = block_schema::by_checksum(tx, workspace, &schema.checksum, version).await?;
        if known.is_some() {
            continue;
        }
        let fields = schema.fields.to_map();
        if checksum(&fields) == schema.checksum {
            let new = Registration {
                fields: &fields,
                definitions: None,
                block_type: id,
                capabilities: &schema.capabilities,
                version: &schema.version,
            };
            register(tx, workspace, new, 0).await?;
        } else {
            let stored = Stored {
                id: BlockSchemaId(uuid7(tx.now, draw())),
                created: tx.now,
                updated: tx.now,
                checksum: schema.checksum.clone(),
                fields: schema.fields.clone(),
                block_type_id: id,
                capabilities: schema.capabilities.clone(),
                version: schema.version.clone(),
            };
            block_schema::insert(tx, workspace, &stored).await?;
        }
    }
    Ok(())
}

async fn install_type(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    block: &SystemBlock,
) -> Result<BlockTypeId, DbError> {
    let known = block_type::by_slug(tx, workspace, &block.slug).await?;
    let wanted = |id| BlockType {
        id,
        created: None,
        updated: None,
        name: block.name.clone(),
        slug: block.slug.clone(),
        logo_url: block.logo_url.clone(),
        documentation_url: block.documentation_url.clone(),
        description: block.description.clone(),
        code_example: None,
        is_protected: block.is_protected,
    };
    if let Some(known) = known {
        // A client may have registered its own texts since: they stay, unless the type is the server's.
        if block.is_protected && !known.is_protected {
            block_type::update(tx, workspace, &wanted(known.id)).await?;
        }
        return Ok(known.id);
    }
    let new = wanted(BlockTypeId(uuid7(tx.now, draw())));
    block_type::insert(tx, workspace, &new).await?;
    Ok(new.id)
}
