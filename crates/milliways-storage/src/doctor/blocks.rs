//! Blocks: what they refer to exists, and their sealed data opens with the server's key.

use milliways_model::{BlockDocumentId, Uuid, WorkspaceId};

use super::{Finding, MOST};
use crate::blocks::documents::owner;
use crate::db::{Conn, DbError, params};
use crate::seal::Sealer;

super::hold! {
    next "save the block again through the API, or delete it";
    TYPES, "block-types", "a block's schema and type exist in its workspace, and belong together",
        "SELECT d.id FROM block_document d LEFT JOIN block_schema s ON s.id = d.block_schema_id
        LEFT JOIN block_type t ON t.id = d.block_type_id WHERE s.workspace_id IS DISTINCT FROM d.workspace_id
        OR t.workspace_id IS DISTINCT FROM d.workspace_id OR s.block_type_id IS DISTINCT FROM d.block_type_id
        UNION ALL SELECT s.id FROM block_schema s WHERE NOT EXISTS
            (SELECT 1 FROM block_type t WHERE t.id = s.block_type_id AND t.workspace_id = s.workspace_id)";
    REFERENCES, "block-references", "a block that stands for a value of another exists in the same workspace",
        "SELECT r.parent_id FROM block_document_reference r LEFT JOIN block_document p ON p.id = r.parent_id
        LEFT JOIN block_document d ON d.id = r.reference_id
        WHERE p.id IS NULL OR d.workspace_id IS DISTINCT FROM p.workspace_id
        UNION ALL SELECT r.parent_id FROM block_schema_reference r LEFT JOIN block_schema p ON p.id = r.parent_id
        LEFT JOIN block_schema s ON s.id = r.reference_id
        WHERE p.id IS NULL OR s.workspace_id IS DISTINCT FROM p.workspace_id";
}

/// The data of some blocks, which may be large: few at a time.
pub(super) static PAGE: crate::db::Sql = crate::db::Sql::new(
    "SELECT d.id, d.workspace_id, d.data FROM block_document d WHERE d.id > ?1 ORDER BY d.id LIMIT 20",
);

/// Opens the data of every block.
pub(super) async fn sealed(conn: &Conn, sealer: &Sealer) -> Result<Finding, DbError> {
    let mut broken = Vec::new();
    let mut last = Uuid::nil();
    while broken.len() < MOST {
        let page: Vec<(Uuid, WorkspaceId, String)> = conn
            .query(&PAGE, &params![last], |row| {
                Ok((row.take()?, row.take()?, row.take()?))
            })
            .await?;
        let Some((end, ..)) = page.last() else { break };
        last = *end;
        for (id, workspace, data) in page {
            match sealer.open(&data, &owner(workspace, BlockDocumentId(id))) {
                Ok(text) if serde_json::from_str::<serde_json::Map<_, _>>(&text).is_ok() => {}
                Ok(_) => broken.push(format!("{id}: what was sealed is no object")),
                Err(error) => broken.push(format!("{id}: {error}")),
            }
        }
    }
    broken.truncate(MOST);
    Ok(Finding {
        name: "block-secrets",
        says: "the data of a block opens with the server's key, at the place where it was sealed",
        next: "run this with the key that sealed them (its file belongs to the backup); what is damaged has to be saved again",
        broken,
    })
}
