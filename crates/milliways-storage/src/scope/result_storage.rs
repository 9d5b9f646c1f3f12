//! Where results are stored unless a flow says otherwise: a block document, set by an administrator.

use milliways_model::BlockDocumentId;

use super::Scope;
use crate::db::{params, statements};
use crate::error::StoreError;

statements! {
    READ = "SELECT d.result_storage_block_id FROM workspace_default d
        JOIN block_document b ON b.id = d.result_storage_block_id WHERE d.workspace_id = ?1";
    CAPABILITIES = "SELECT s.capabilities FROM block_document b JOIN block_schema s ON s.id = b.block_schema_id
        WHERE b.workspace_id = ?1 AND b.id = ?2";
    SET = "INSERT INTO workspace_default (workspace_id, result_storage_block_id) VALUES (?1, ?2)
        ON CONFLICT (workspace_id) DO UPDATE SET result_storage_block_id = excluded.result_storage_block_id";
}

/// What a block has to be able to do.
const WRITES_PATHS: &str = "write-path";

impl Scope {
    /// The block document; none where none is set, or where it was deleted.
    pub async fn result_storage(&self) -> Result<Option<BlockDocumentId>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(conn
                .query_one(&READ, &params![workspace], |row| row.take())
                .await?)
        })
        .await
    }

    /// Sets the block document; false where it is of a kind that can't store results.
    pub async fn set_result_storage(&self, id: BlockDocumentId) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let values = params![workspace, id];
            let found: Option<Vec<String>> = tx
                .query_one(&CAPABILITIES, &values, |row| row.parse())
                .await?;
            let Some(capabilities) = found else {
                let text = format!("Block document {id} not found.");
                return Err(StoreError::NotFound(text));
            };
            if !capabilities.iter().any(|it| it == WRITES_PATHS) {
                return Ok(false);
            }
            tx.execute(&SET, &values).await?;
            Ok(true)
        })
        .await
    }

    /// Sets none.
    pub async fn clear_result_storage(&self) -> Result<(), StoreError> {
        self.write(async move |tx, workspace| {
            let none: Option<BlockDocumentId> = None;
            tx.execute(&SET, &params![workspace, none]).await?;
            Ok(())
        })
        .await
    }
}
