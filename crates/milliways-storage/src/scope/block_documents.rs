//! Block documents.

use std::sync::Arc;

use milliways_model::filter::{AnyOf, BlockDocumentFilter, BlockTypeFilter, NameFilter};
use milliways_model::names::{MAX_NAME_LENGTH, is_slug};
use milliways_model::sort::BlockDocumentSort;
use milliways_model::{
    BlockDocument, BlockDocumentCreate, BlockDocumentId, BlockDocumentUpdate, JsonObject, uuid7,
};
use milliways_orchestration::blocks::{restore, secret_fields};

use super::{Scope, draw};
use crate::blocks::documents::{check_references, opened, owner, separated, shown, tell};
use crate::error::StoreError;
use crate::filter::{BlockFilters, Page};
use crate::lifecycle::Action;
use crate::tables::block_document::Stored;
use crate::tables::{block_document, block_schema, block_type};

impl Scope {
    /// Makes a block document; none where its type has one of that name.
    pub async fn create_block_document(
        &self,
        create: BlockDocumentCreate,
    ) -> Result<Option<BlockDocument>, StoreError> {
        check_name(&create)?;
        let sealer = Arc::clone(self.store.sealer());
        self.write(async move |tx, workspace| {
            let id = BlockDocumentId(uuid7(tx.now, draw()));
            let name = match &create.name {
                Some(name) if !name.is_empty() => name.clone(),
                _ => format!("anonymous-{}", uuid7(tx.now, draw())),
            };
            if block_type::by_id(tx, workspace, create.block_type_id)
                .await?
                .is_none()
            {
                return Err(StoreError::NotFound("Block type not found".to_owned()));
            }
            let schema = block_schema::by_ids(tx, workspace, &[create.block_schema_id]).await?;
            if schema.is_empty() {
                return Err(StoreError::integrity("the block schema does not exist."));
            }
            let (data, references) = separated(create.data.to_map())?;
            check_references(tx, workspace, id, &references).await?;
            let text = JsonObject::from_map(&data);
            let stored = Stored {
                id,
                created: tx.now,
                updated: tx.now,
                name,
                data: sealer.seal(text.get(), &owner(workspace, id))?,
                block_schema_id: create.block_schema_id,
                block_type_id: create.block_type_id,
                is_anonymous: create.is_anonymous,
            };
            if !block_document::insert(tx, workspace, &stored).await? {
                return Ok(None);
            }
            block_document::refer(tx, id, &references).await?;
            let made = shown(tx, workspace, &sealer, vec![stored], false)
                .await?
                .pop();
            if let Some(made) = &made {
                tell(tx, workspace, Action::Created, made).await?;
            }
            Ok(made)
        })
        .await
    }

    /// A block document.
    pub async fn block_document(
        &self,
        id: BlockDocumentId,
        include_secrets: bool,
    ) -> Result<Option<BlockDocument>, StoreError> {
        let sealer = Arc::clone(self.store.sealer());
        self.read(async move |conn, workspace| {
            let stored = block_document::by_ids(conn, workspace, &[id]).await?;
            let found = shown(conn, workspace, &sealer, stored, include_secrets).await?;
            Ok(found.into_iter().next())
        })
        .await
    }

    /// A block document by its type's slug and its name.
    pub async fn block_document_by_name(
        &self,
        slug: &str,
        name: &str,
        include_secrets: bool,
    ) -> Result<Option<BlockDocument>, StoreError> {
        let filters = BlockFilters {
            types: Some(BlockTypeFilter {
                slug: Some(AnyOf {
                    any_: Some(vec![slug.to_owned()]),
                }),
                ..BlockTypeFilter::default()
            }),
            documents: Some(BlockDocumentFilter {
                name: Some(NameFilter {
                    any_: Some(vec![name.to_owned()]),
                    ..NameFilter::default()
                }),
                is_anonymous: None,
                ..BlockDocumentFilter::default()
            }),
            ..BlockFilters::default()
        };
        let one = Page {
            limit: 1,
            offset: 0,
        };
        let sort = BlockDocumentSort::NameAsc;
        let found = self
            .block_documents(filters, sort, one, include_secrets)
            .await?;
        Ok(found.into_iter().next())
    }

    /// Block documents that match.
    pub async fn block_documents(
        &self,
        filters: BlockFilters,
        sort: BlockDocumentSort,
        page: Page,
        include_secrets: bool,
    ) -> Result<Vec<BlockDocument>, StoreError> {
        let sealer = Arc::clone(self.store.sealer());
        self.read(async move |conn, workspace| {
            let stored = block_document::list(conn, workspace, &filters, sort, page).await?;
            shown(conn, workspace, &sealer, stored, include_secrets).await
        })
        .await
    }

    /// How many block documents match.
    pub async fn count_block_documents(&self, filters: BlockFilters) -> Result<i64, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(block_document::count(conn, workspace, &filters).await?)
        })
        .await
    }

    /// Changes a block document; false where there is none.
    pub async fn update_block_document(
        &self,
        id: BlockDocumentId,
        update: BlockDocumentUpdate,
    ) -> Result<bool, StoreError> {
        let sealer = Arc::clone(self.store.sealer());
        self.write(async move |tx, workspace| {
            let Some(stored) = block_document::by_ids(tx, workspace, &[id]).await?.pop() else {
                return Ok(false);
            };
            let given = update.data.as_ref().map(JsonObject::to_map);
            let given = match given {
                None if update.merge_existing_data => None,
                given => Some(given.unwrap_or_default()),
            };
            if let Some(mut data) = given {
                let mut present = opened(&sealer, workspace, &stored)?;
                let schemas =
                    block_schema::by_ids(tx, workspace, &[stored.block_schema_id]).await?;
                for schema in &schemas {
                    restore(
                        &mut data,
                        &mut present,
                        &secret_fields(&schema.fields.to_map()),
                    );
                }
                if update.merge_existing_data {
                    present.extend(data);
                    data = present;
                }
                let (data, references) = separated(data)?;
                let schema = update.block_schema_id.unwrap_or(stored.block_schema_id);
                if schema != stored.block_schema_id {
                    let proposed = block_schema::by_ids(tx, workspace, &[schema]).await?.pop();
                    let Some(proposed) = proposed else {
                        return Err(StoreError::NotFound("Block schema not found".to_owned()));
                    };
                    if proposed.block_type_id != stored.block_type_id {
                        return Err(StoreError::Refused(
                            "Must migrate block document to a block schema of the same block type."
                                .to_owned(),
                        ));
                    }
                }
                check_references(tx, workspace, id, &references)
                    .await
                    .map_err(|error| match error {
                        // Prefect's server meets it as a foreign key when it writes.
                        StoreError::NotFound(text) => StoreError::integrity(&text),
                        other => other,
                    })?;
                let text = JsonObject::from_map(&data);
                let closed = sealer.seal(text.get(), &owner(workspace, id))?;
                block_document::update(tx, workspace, id, &closed, schema).await?;
                block_document::refer(tx, id, &references).await?;
            }
            let stored = block_document::by_ids(tx, workspace, &[id]).await?;
            for changed in shown(tx, workspace, &sealer, stored, false).await? {
                tell(tx, workspace, Action::Updated, &changed).await?;
            }
            Ok(true)
        })
        .await
    }

    /// Deletes a block document; false where there is none.
    pub async fn delete_block_document(&self, id: BlockDocumentId) -> Result<bool, StoreError> {
        let sealer = Arc::clone(self.store.sealer());
        self.write(async move |tx, workspace| {
            let stored = block_document::by_ids(tx, workspace, &[id]).await?;
            let Some(found) = shown(tx, workspace, &sealer, stored, false).await?.pop() else {
                return Ok(false);
            };
            block_document::delete(tx, workspace, id).await?;
            tell(tx, workspace, Action::Deleted, &found).await?;
            Ok(true)
        })
        .await
    }
}

fn check_name(create: &BlockDocumentCreate) -> Result<(), StoreError> {
    let reason = match create.name.as_deref() {
        None | Some("") if create.is_anonymous => return Ok(()),
        None | Some("") => "Value error, Names must be provided for block documents.",
        Some(name) if name.len() > MAX_NAME_LENGTH => "String should have at most 255 characters",
        Some(name) if is_slug(name, false) => return Ok(()),
        Some(_) => {
            "Value error, Block document name must only contain lowercase letters, numbers, and dashes."
        }
    };
    Err(StoreError::Invalid {
        location: "body.name",
        reason: reason.to_owned(),
    })
}
