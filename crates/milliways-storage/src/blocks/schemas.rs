//! Schemas: registered with the ones that are nested in them, and shown with all of their definitions.

use std::collections::{BTreeSet, HashMap};

use milliways_model::block::UNVERSIONED;
use milliways_model::{
    BlockSchema, BlockSchemaId, BlockType, BlockTypeId, JsonObject, WorkspaceId, uuid7,
};
use milliways_orchestration::blocks::{
    Nested, assemble, checksum, child_fields, definitions_to_store, references,
};
use serde_json::{Map, Value};

use crate::db::{Conn, DbError, Tx};
use crate::error::StoreError;
use crate::scope::draw;
use crate::tables::block_schema::Stored;
use crate::tables::{block_schema, block_type};

/// Blocks within blocks end here.
const DEPTH: usize = 16;

/// A schema that is to be known.
pub(crate) struct Registration<'a> {
    pub(crate) fields: &'a Map<String, Value>,
    /// Those of the schema that it is nested in.
    pub(crate) definitions: Option<&'a Map<String, Value>>,
    pub(crate) block_type: BlockTypeId,
    pub(crate) capabilities: &'a [String],
    pub(crate) version: &'a str,
}

/// Finds the schema, or makes it with those that are nested in it.
pub(crate) async fn register(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    new: Registration<'_>,
    depth: usize,
) -> Result<BlockSchemaId, StoreError> {
    if depth > DEPTH {
        let text = format!("Blocks can be nested in each other {DEPTH} times at most.");
        return Err(StoreError::Unfit(text));
    }
    let own = new.fields.get("definitions").and_then(Value::as_object);
    let definitions = new.definitions.or(own).filter(|it| !it.is_empty());
    let mut fields = new.fields.clone();
    if let Some(definitions) = definitions {
        fields.insert("definitions".to_owned(), Value::Object(definitions.clone()));
    }
    let checksum = checksum(&fields);
    if let Some(known) =
        block_schema::by_checksum(tx, workspace, &checksum, Some(new.version)).await?
    {
        return Ok(known.id);
    }
    if let Some(definitions) = definitions {
        let kept = definitions_to_store(new.fields, definitions);
        if kept.is_empty() {
            fields.shift_remove("definitions");
        } else {
            fields.insert("definitions".to_owned(), Value::Object(kept));
        }
    }
    let declared = references(&fields);
    fields.shift_remove("block_schema_references");
    let stored = Stored {
        id: BlockSchemaId(uuid7(tx.now, draw())),
        created: tx.now,
        updated: tx.now,
        checksum,
        fields: JsonObject::from_map(&fields),
        block_type_id: new.block_type,
        capabilities: new.capabilities.to_vec(),
        version: new.version.to_owned(),
    };
    block_schema::insert(tx, workspace, &stored).await?;
    for (field, entries) in declared {
        for (checksum, slug) in entries {
            let Some(block_type) = block_type::by_slug(tx, workspace, &slug).await? else {
                return Err(StoreError::Conflict(format!(
                    "Cannot create block schema because block type '{slug}' was not found.Did you forget to register the block type?"
                )));
            };
            let known = block_schema::by_checksum(tx, workspace, &checksum, None).await?;
            let child = if let Some(known) = known {
                known.id
            } else {
                let found = definitions
                    .and_then(|definitions| child_fields(&fields, definitions, &field, &slug));
                let Some(found) = found else {
                    return Err(StoreError::Unfit(format!(
                        "Unable to create nested block schema for block type '{}' due to missing definition.",
                        block_type.name
                    )));
                };
                let nested = Registration {
                    fields: found,
                    definitions,
                    block_type: block_type.id,
                    capabilities: &[],
                    version: UNVERSIONED,
                };
                Box::pin(register(tx, workspace, nested, depth + 1)).await?
            };
            block_schema::refer(tx, stored.id, &field, child).await?;
        }
    }
    Ok(stored.id)
}

/// Schemas with their types and with the definitions of all that is nested in them, in the same order.
pub(crate) async fn shown(
    conn: &Conn,
    workspace: WorkspaceId,
    roots: Vec<Stored>,
) -> Result<Vec<BlockSchema>, DbError> {
    let mut known: HashMap<BlockSchemaId, Stored> =
        roots.iter().map(|root| (root.id, root.clone())).collect();
    let mut nested: HashMap<BlockSchemaId, Vec<(String, BlockSchemaId)>> = HashMap::new();
    let mut level: Vec<BlockSchemaId> = known.keys().copied().collect();
    for _ in 0..=DEPTH {
        let found = block_schema::references(conn, &level).await?;
        let children: BTreeSet<BlockSchemaId> = found
            .iter()
            .map(|(_, _, child)| *child)
            .filter(|child| !known.contains_key(child))
            .collect();
        for (parent, field, child) in found {
            nested.entry(parent).or_default().push((field, child));
        }
        level = children.into_iter().collect();
        if level.is_empty() {
            break;
        }
        for child in block_schema::by_ids(conn, workspace, &level).await? {
            known.insert(child.id, child);
        }
    }
    let types = types_of(conn, workspace, known.values().map(|it| it.block_type_id)).await?;
    let checksums: HashMap<BlockSchemaId, String> = known
        .values()
        .map(|schema| (schema.id, schema.checksum.clone()))
        .collect();
    let inner = |id: BlockSchemaId| -> Vec<(String, String)> {
        let of_parent = nested.get(&id).into_iter().flatten();
        of_parent
            .filter_map(|(field, child)| Some((field.clone(), checksums.get(child)?.clone())))
            .collect()
    };
    let by_checksum: HashMap<String, Nested> = known
        .values()
        .map(|schema| {
            let nested = Nested {
                checksum: schema.checksum.clone(),
                slug: types
                    .get(&schema.block_type_id)
                    .map(|it| it.slug.clone())
                    .unwrap_or_default(),
                fields: schema.fields.to_map(),
                nested: inner(schema.id),
            };
            (schema.checksum.clone(), nested)
        })
        .collect();
    let show = |stored: Stored| {
        let fields = assemble(&stored.fields.to_map(), &inner(stored.id), &by_checksum);
        BlockSchema {
            id: stored.id,
            created: Some(stored.created),
            updated: Some(stored.updated),
            checksum: stored.checksum,
            fields: JsonObject::from_map(&fields),
            block_type: types.get(&stored.block_type_id).cloned(),
            block_type_id: Some(stored.block_type_id),
            capabilities: stored.capabilities,
            version: stored.version,
        }
    };
    Ok(roots.into_iter().map(show).collect())
}

/// Types by their ids.
pub(crate) async fn types_of(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: impl Iterator<Item = BlockTypeId>,
) -> Result<HashMap<BlockTypeId, BlockType>, DbError> {
    let ids: BTreeSet<BlockTypeId> = ids.collect();
    let ids: Vec<BlockTypeId> = ids.into_iter().collect();
    let found = block_type::by_ids(conn, workspace, &ids).await?;
    Ok(found.into_iter().map(|it| (it.id, it)).collect())
}
