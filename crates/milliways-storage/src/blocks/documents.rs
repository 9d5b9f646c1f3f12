//! Documents: opened, with the data of the documents that stand for some of their values, and without secrets
//! unless they are asked for.

use std::collections::{BTreeSet, HashMap};

use milliways_model::event::Resource;
use milliways_model::{
    BlockDocument, BlockDocumentId, BlockSchema, BlockSchemaId, BlockType, BlockTypeId, JsonObject,
    WorkspaceId,
};
use milliways_orchestration::blocks::{conceal, secret_fields};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::schemas;
use crate::db::{Conn, DbError, Tx};
use crate::error::StoreError;
use crate::lifecycle::{self, Action, Subject};
use crate::seal::Sealer;
use crate::tables::block_document::Stored;
use crate::tables::{block_document, block_schema};

/// Documents that stand for values of documents that do, and so on, end here.
const DEPTH: usize = 50;

/// As many documents as one answer puts together.
const MOST: usize = 20_000;

type Data = Map<String, Value>;

/// Where a document's data belongs: sealed for it, it opens nowhere else.
pub(crate) fn owner(workspace: WorkspaceId, id: BlockDocumentId) -> [u8; 32] {
    let mut owner = [0; 32];
    owner[..16].copy_from_slice(workspace.0.as_bytes());
    owner[16..].copy_from_slice(id.0.as_bytes());
    owner
}

/// The data of a document, opened.
pub(crate) fn opened(
    sealer: &Sealer,
    workspace: WorkspaceId,
    document: &Stored,
) -> Result<Data, StoreError> {
    let text = sealer.open(&document.data, &owner(workspace, document.id))?;
    serde_json::from_str(&text)
        .map_err(|_| StoreError::Sealed("stored data opens, but is no object"))
}

/// What of the data stands for other documents, and the rest.
pub(crate) fn separated(data: Data) -> Result<(Data, Vec<(String, BlockDocumentId)>), StoreError> {
    let mut rest = Data::new();
    let mut references = Vec::new();
    for (key, value) in data {
        let Some(reference) = value.get("$ref") else {
            rest.insert(key, value);
            continue;
        };
        let id = match reference.get("block_document_id") {
            None | Some(Value::Null) => {
                return Err(StoreError::Refused(format!(
                    "Received block reference without a block_document_id in key {key}"
                )));
            }
            Some(id) => id.as_str().and_then(|id| id.parse().ok()),
        };
        let Some(id) = id else {
            return Err(StoreError::Refused(format!(
                "Received block reference with a block_document_id that is no UUID in key {key}"
            )));
        };
        references.push((key, BlockDocumentId(id)));
    }
    Ok((rest, references))
}

/// Refuses references to documents that don't exist, or that lead back to the document itself.
pub(crate) async fn check_references(
    conn: &Conn,
    workspace: WorkspaceId,
    document: BlockDocumentId,
    references: &[(String, BlockDocumentId)],
) -> Result<(), StoreError> {
    for (_, reference) in references {
        let mut seen = BTreeSet::new();
        let mut level = vec![*reference];
        if block_document::by_ids(conn, workspace, &level)
            .await?
            .is_empty()
        {
            return Err(StoreError::integrity(&format!(
                "block document {reference} does not exist."
            )));
        }
        while !level.is_empty() {
            if level.contains(&document) {
                return Err(StoreError::Refused(format!(
                    "Cannot create block document reference: it would introduce a cycle into the block_document_reference graph (parent={document}, reference={reference})."
                )));
            }
            seen.extend(level.iter().copied());
            let found = block_document::references(conn, &level).await?;
            let next: BTreeSet<BlockDocumentId> =
                found.into_iter().map(|(_, _, child)| child).collect();
            level = next.into_iter().filter(|id| !seen.contains(id)).collect();
        }
    }
    Ok(())
}

/// Documents as they are shown, in the same order.
pub(crate) async fn shown(
    conn: &Conn,
    workspace: WorkspaceId,
    sealer: &Sealer,
    roots: Vec<Stored>,
    include_secrets: bool,
) -> Result<Vec<BlockDocument>, StoreError> {
    let gathered = Gathered::around(conn, workspace, sealer, &roots, include_secrets).await?;
    let mut left = MOST;
    let mut shown = Vec::with_capacity(roots.len());
    for root in roots {
        let (data, references) = gathered.composed(root.id, 0, &mut left)?;
        let block_type = gathered.types.get(&root.block_type_id);
        shown.push(BlockDocument {
            id: root.id,
            created: Some(root.created),
            updated: Some(root.updated),
            name: Some(root.name),
            data: JsonObject::from_map(&data),
            block_schema_id: root.block_schema_id,
            block_schema: gathered.schemas.get(&root.block_schema_id).cloned(),
            block_type_id: root.block_type_id,
            block_type_name: block_type.map(|it| it.name.clone()),
            block_type: block_type.cloned(),
            block_document_references: references
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.as_object()?)))
                .map(|(name, value)| (name, JsonObject::from_map(value)))
                .collect(),
            is_anonymous: root.is_anonymous,
        });
    }
    Ok(shown)
}

/// Documents and all that they need.
struct Gathered {
    documents: HashMap<BlockDocumentId, (Stored, Data)>,
    references: HashMap<BlockDocumentId, Vec<(String, BlockDocumentId)>>,
    types: HashMap<BlockTypeId, BlockType>,
    schemas: HashMap<BlockSchemaId, BlockSchema>,
}

impl Gathered {
    async fn around(
        conn: &Conn,
        workspace: WorkspaceId,
        sealer: &Sealer,
        roots: &[Stored],
        include_secrets: bool,
    ) -> Result<Self, StoreError> {
        let mut stored: HashMap<BlockDocumentId, Stored> =
            roots.iter().map(|root| (root.id, root.clone())).collect();
        let mut references: HashMap<_, Vec<_>> = HashMap::new();
        let mut level: Vec<BlockDocumentId> = stored.keys().copied().collect();
        for _ in 0..=DEPTH {
            let mut next = BTreeSet::new();
            for (parent, name, child) in block_document::references(conn, &level).await? {
                if !stored.contains_key(&child) {
                    next.insert(child);
                }
                references.entry(parent).or_default().push((name, child));
            }
            level = next.into_iter().collect();
            if level.is_empty() {
                break;
            }
            for child in block_document::by_ids(conn, workspace, &level).await? {
                stored.insert(child.id, child);
            }
        }
        let schema_ids: BTreeSet<_> = stored.values().map(|it| it.block_schema_id).collect();
        let schema_ids: Vec<_> = schema_ids.into_iter().collect();
        let rows = block_schema::by_ids(conn, workspace, &schema_ids).await?;
        let schemas: HashMap<_, _> = schemas::shown(conn, workspace, rows)
            .await?
            .into_iter()
            .map(|schema| (schema.id, schema))
            .collect();
        let types =
            schemas::types_of(conn, workspace, stored.values().map(|it| it.block_type_id)).await?;
        let mut documents = HashMap::with_capacity(stored.len());
        for (id, document) in stored {
            let mut data = opened(sealer, workspace, &document)?;
            if !include_secrets {
                let fields = schemas.get(&document.block_schema_id);
                let fields = fields
                    .map(|schema| schema.fields.to_map())
                    .unwrap_or_default();
                conceal(&mut data, &secret_fields(&fields));
            }
            documents.insert(id, (document, data));
        }
        Ok(Self {
            documents,
            references,
            types,
            schemas,
        })
    }

    /// A document's data with that of the documents in it, and what tells of those.
    fn composed(
        &self,
        id: BlockDocumentId,
        depth: usize,
        left: &mut usize,
    ) -> Result<(Data, Map<String, Value>), StoreError> {
        if depth > DEPTH || *left == 0 {
            return Err(StoreError::Refused(format!(
                "Block document reference graph exceeds max depth {DEPTH}; refusing to recurse further."
            )));
        }
        *left -= 1;
        let mut told = Map::new();
        let Some((_, data)) = self.documents.get(&id) else {
            return Ok((Data::new(), told));
        };
        let mut data = data.clone();
        for (name, child) in self.references.get(&id).into_iter().flatten() {
            let Some((document, _)) = self.documents.get(child) else {
                continue;
            };
            let (inner, below) = self.composed(*child, depth + 1, left)?;
            data.insert(name.clone(), Value::Object(inner));
            let reference = json!({"block_document": {
                "id": document.id,
                "name": document.name,
                "block_type": self.types.get(&document.block_type_id),
                "is_anonymous": document.is_anonymous,
                "block_document_references": below,
            }});
            told.insert(name.clone(), reference);
        }
        Ok((data, told))
    }
}

/// Tells that something happened to a document. It is the one as it is shown: no secret gets into the log.
pub(crate) async fn tell(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    action: Action,
    document: &BlockDocument,
) -> Result<(), DbError> {
    #[derive(Serialize)]
    struct Payload<'a> {
        name: Option<&'a String>,
        data: Map<String, Value>,
        block_schema: Option<Value>,
    }
    let type_name = document.block_type_name.as_deref();
    let schema = document.block_schema.as_ref();
    let secrets = schema
        .map(|it| secret_fields(&it.fields.to_map()))
        .unwrap_or_default();
    let is_told = |(key, value): &(String, Value)| value.is_string() && !secrets.contains(key);
    let type_id = format!("prefect.block-type.{}", document.block_type_id);
    let schema_id = format!("prefect.block-schema.{}", document.block_schema_id);
    let subject = Subject {
        kind: "block-document",
        id: document.id.0,
        name: document.name.as_deref(),
        related: vec![
            Resource::related(type_id, "block-type", type_name),
            Resource::related(schema_id, "block-schema", None),
        ],
    };
    let payload = Payload {
        name: document.name.as_ref(),
        data: document.data.to_map().into_iter().filter(is_told).collect(),
        block_schema: schema.map(|schema| {
            json!({
                "capabilities": schema.capabilities,
                "block_type": {"id": document.block_type_id, "name": type_name.unwrap_or_default()},
            })
        }),
    };
    lifecycle::tell(tx, workspace, action, subject, &payload).await
}
