//! Block schemas.

use std::collections::BTreeSet;

use milliways_model::{BlockSchema, BlockSchemaCreate, BlockSchemaId};
use milliways_orchestration::blocks::checksum;

use super::Scope;
use crate::blocks::schemas::{Registration, register, shown};
use crate::error::StoreError;
use crate::filter::{BlockFilters, Page};
use crate::tables::{block_schema, block_type};

impl Scope {
    /// Makes a block schema with those nested in it, or finds the one of that checksum; says whether it was
    /// made.
    pub async fn create_block_schema(
        &self,
        create: BlockSchemaCreate,
    ) -> Result<(BlockSchema, bool), StoreError> {
        self.write(async move |tx, workspace| {
            let id = create.block_type_id;
            if block_type::by_id(tx, workspace, id).await?.is_none() {
                return Err(StoreError::NotFound(format!("Block type {id} not found.")));
            }
            let fields = create.fields.to_map();
            let checksum = checksum(&fields);
            let version = Some(create.version.as_str());
            let known = block_schema::by_checksum(tx, workspace, &checksum, version).await?;
            let is_new = known.is_none();
            let stored = if let Some(known) = known {
                Some(known)
            } else {
                let new = Registration {
                    fields: &fields,
                    definitions: None,
                    block_type: id,
                    capabilities: &create.capabilities,
                    version: &create.version,
                };
                let made = register(tx, workspace, new, 0).await?;
                block_schema::by_ids(tx, workspace, &[made]).await?.pop()
            };
            let schema = shown(tx, workspace, stored.into_iter().collect())
                .await?
                .pop();
            let schema = schema.ok_or(StoreError::Missing("Block schema"))?;
            Ok((schema, is_new))
        })
        .await
    }

    /// A block schema.
    pub async fn block_schema(&self, id: BlockSchemaId) -> Result<Option<BlockSchema>, StoreError> {
        self.read(async move |conn, workspace| {
            let stored = block_schema::by_ids(conn, workspace, &[id]).await?;
            Ok(shown(conn, workspace, stored).await?.pop())
        })
        .await
    }

    /// The newest block schema of a checksum, or the one of that version.
    pub async fn block_schema_by_checksum(
        &self,
        checksum: &str,
        version: Option<String>,
    ) -> Result<Option<BlockSchema>, StoreError> {
        let checksum = checksum.to_owned();
        self.read(async move |conn, workspace| {
            let version = version.as_deref();
            let stored = block_schema::by_checksum(conn, workspace, &checksum, version).await?;
            Ok(shown(conn, workspace, stored.into_iter().collect())
                .await?
                .pop())
        })
        .await
    }

    /// Block schemas that match, newest first.
    pub async fn block_schemas(
        &self,
        filters: BlockFilters,
        page: Page,
    ) -> Result<Vec<BlockSchema>, StoreError> {
        self.read(async move |conn, workspace| {
            let stored = block_schema::list(conn, workspace, &filters, page).await?;
            Ok(shown(conn, workspace, stored).await?)
        })
        .await
    }

    /// Deletes a block schema with its documents; false where there is none.
    pub async fn delete_block_schema(&self, id: BlockSchemaId) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let Some(found) = block_schema::by_ids(tx, workspace, &[id]).await?.pop() else {
                return Ok(false);
            };
            let block_type = block_type::by_id(tx, workspace, found.block_type_id).await?;
            if block_type.is_some_and(|it| it.is_protected) {
                let text = "Block schemas for protected block types cannot be deleted.";
                return Err(StoreError::Forbidden(text.to_owned()));
            }
            block_schema::delete(tx, workspace, id).await?;
            Ok(true)
        })
        .await
    }

    /// Everything that any block can do.
    pub async fn block_capabilities(&self) -> Result<Vec<String>, StoreError> {
        self.read(async move |conn, workspace| {
            let combinations = block_schema::capabilities(conn, workspace).await?;
            let all: BTreeSet<String> = combinations.into_iter().flatten().collect();
            Ok(all.into_iter().collect())
        })
        .await
    }
}
