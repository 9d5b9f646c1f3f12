//! Blocks: types, schemas that hold each other, documents with secrets, and the built-in ones.

use std::collections::BTreeMap;

use milliways_model::filter::BlockDocumentFilter;
use milliways_model::sort::BlockDocumentSort;
use milliways_model::{
    BlockDocument, BlockDocumentCreate, BlockDocumentUpdate, BlockSchema, BlockSchemaCreate,
    BlockType, BlockTypeCreate, BlockTypeUpdate, JsonObject,
};
use milliways_storage::{BlockFilters, Page, Scope, SecretsKey, Store, StoreError, system_blocks};
use serde_json::{Map, Value, json};

use super::{Fixture, on_both};

on_both! {
    types_are_unique_by_slug
    schemas_hold_each_other
    secrets_are_hidden_and_kept
    documents_stand_for_values
    system_blocks_are_installed_once
    another_key_does_not_open
}

const ALL: Page = Page {
    limit: 200,
    offset: 0,
};

fn object(value: Value) -> JsonObject {
    let map: Map<String, Value> = serde_json::from_value(value).unwrap();
    JsonObject::from_map(&map)
}

async fn block_type(scope: &Scope, slug: &str) -> BlockType {
    let create: BlockTypeCreate =
        serde_json::from_value(json!({"name": slug.to_uppercase(), "slug": slug})).unwrap();
    scope.create_block_type(create).await.unwrap().unwrap()
}

async fn schema(scope: &Scope, block_type: &BlockType, fields: Value) -> BlockSchema {
    let create = BlockSchemaCreate {
        fields: object(fields),
        block_type_id: block_type.id,
        capabilities: vec!["b".to_owned(), "a".to_owned()],
        version: "1".to_owned(),
    };
    scope.create_block_schema(create).await.unwrap().0
}

async fn document(scope: &Scope, schema: &BlockSchema, name: &str, data: Value) -> BlockDocument {
    let create = BlockDocumentCreate {
        name: Some(name.to_owned()),
        data: object(data),
        block_schema_id: schema.id,
        block_type_id: schema.block_type_id.unwrap(),
        is_anonymous: false,
    };
    scope.create_block_document(create).await.unwrap().unwrap()
}

async fn types_are_unique_by_slug(fixture: Fixture) {
    let scope = fixture.scope();
    let made = block_type(&scope, "x").await;
    let again = json!({"name": "other", "slug": "x"});
    let again = scope
        .create_block_type(serde_json::from_value(again).unwrap())
        .await;
    assert!(again.unwrap().is_none());
    for (name, slug) in [
        ("Prefect Y", "y"),
        ("y", "Y"),
        ("y", ""),
        ("a/b", "y"),
        ("a\u{0}", "y"),
        ("", "y"),
    ] {
        let create = serde_json::from_value(json!({"name": name, "slug": slug})).unwrap();
        assert!(
            scope.create_block_type(create).await.is_err(),
            "{name:?} {slug:?}"
        );
    }
    let update: BlockTypeUpdate = serde_json::from_value(json!({"description": "d"})).unwrap();
    assert!(
        scope
            .update_block_type(made.id, update.clone())
            .await
            .unwrap()
    );
    // The same again is no change, and nothing is told of it.
    assert!(scope.update_block_type(made.id, update).await.unwrap());
    assert!(scope.delete_block_type(made.id).await.unwrap());
    let told: Vec<_> = fixture.events_after(0, 3).await;
    let told: Vec<&str> = told.iter().map(|event| event.event.as_str()).collect();
    assert_eq!(
        told,
        [
            "prefect.block-type.created",
            "prefect.block-type.updated",
            "prefect.block-type.deleted"
        ]
    );
}

async fn schemas_hold_each_other(fixture: Fixture) {
    let scope = fixture.scope();
    let (outer, inner) = (
        block_type(&scope, "outer").await,
        block_type(&scope, "inner").await,
    );
    let inner_fields = json!({"title": "Inner", "type": "object", "properties": {"v": {"type": "string"}},
        "block_type_slug": "inner", "block_schema_references": {}});
    let plain: Map<String, Value> = serde_json::from_value(inner_fields.clone()).unwrap();
    let checksum = milliways_orchestration::blocks::checksum(&plain);
    let fields = json!({"title": "Outer", "type": "object", "block_type_slug": "outer",
        "properties": {"child": {"$ref": "#/definitions/Inner"}, "m": {"$ref": "#/definitions/Model"}},
        "block_schema_references": {"child": {"block_schema_checksum": checksum, "block_type_slug": "inner"}},
        "definitions": {"Inner": inner_fields, "Model": {"title": "Model", "type": "object"}}});
    let made = schema(&scope, &outer, fields.clone()).await;
    let shown = scope.block_schema(made.id).await.unwrap().unwrap();
    assert_eq!(Value::Object(shown.fields.to_map()), fields);
    assert_eq!(shown.block_type.unwrap().id, outer.id);
    let found = scope
        .block_schema_by_checksum(&made.checksum, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.id, made.id);
    let nested = scope
        .block_schema_by_checksum(&checksum, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(nested.block_type_id, Some(inner.id));
    assert_eq!(nested.version, "non-versioned");
    // The same fields are the same schema.
    assert_eq!(schema(&scope, &outer, fields).await.id, made.id);
    assert_eq!(
        scope
            .block_schemas(BlockFilters::default(), ALL)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(scope.block_capabilities().await.unwrap(), ["a", "b"]);
    let unknown = json!({"properties": {"c": {"$ref": "#/definitions/X"}},
        "block_schema_references": {"c": {"block_schema_checksum": "sha256:0", "block_type_slug": "nobody"}}});
    let refused = scope
        .create_block_schema(BlockSchemaCreate {
            fields: object(unknown),
            block_type_id: outer.id,
            capabilities: vec![],
            version: "1".to_owned(),
        })
        .await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
}

async fn secrets_are_hidden_and_kept(fixture: Fixture) {
    let scope = fixture.scope();
    let kind = block_type(&scope, "s").await;
    let fields = json!({"title": "S", "secret_fields": ["a", "d.*"], "properties": {}});
    let schema = schema(&scope, &kind, fields).await;
    let data = json!({"a": "secret", "d": {"x": "hidden"}, "open": "seen"});
    let made = document(&scope, &schema, "doc", data.clone()).await;
    let mask = json!({"a": "********", "d": {"x": "********"}, "open": "seen"});
    assert_eq!(Value::Object(made.data.to_map()), mask);
    let read = async |include_secrets| {
        let found = scope
            .block_document(made.id, include_secrets)
            .await
            .unwrap()
            .unwrap();
        Value::Object(found.data.to_map())
    };
    assert_eq!(
        (read(false).await, read(true).await),
        (mask.clone(), data.clone())
    );
    // What was shown is sent back, with something new in it.
    let update = |data: Value, merge_existing_data| BlockDocumentUpdate {
        block_schema_id: None,
        data: Some(object(data)),
        merge_existing_data,
    };
    let mut changed = mask;
    changed["open"] = json!("changed");
    assert!(
        scope
            .update_block_document(made.id, update(changed, true))
            .await
            .unwrap()
    );
    assert_eq!(
        read(true).await,
        json!({"a": "secret", "d": {"x": "hidden"}, "open": "changed"})
    );
    assert!(
        scope
            .update_block_document(made.id, update(json!({"a": "new"}), false))
            .await
            .unwrap()
    );
    assert_eq!(read(true).await, json!({"a": "new"}));
    let again = BlockDocumentCreate {
        name: Some("doc".to_owned()),
        data: object(json!({})),
        block_schema_id: schema.id,
        block_type_id: kind.id,
        is_anonymous: false,
    };
    assert!(scope.create_block_document(again).await.unwrap().is_none());
    let told = fixture.events_after(0, 4).await;
    let text = serde_json::to_string(&told).unwrap();
    assert!(
        !text.contains("secret\"") && !text.contains("hidden") && !text.contains("\"new\""),
        "{text}"
    );
}

async fn documents_stand_for_values(fixture: Fixture) {
    let scope = fixture.scope();
    let kind = block_type(&scope, "k").await;
    let schema = schema(&scope, &kind, json!({"title": "K", "secret_fields": ["p"]})).await;
    let leaf = document(&scope, &schema, "leaf", json!({"p": "x", "v": 1})).await;
    let refer = |id| json!({"$ref": {"block_document_id": id}});
    let middle = document(&scope, &schema, "middle", json!({"leaf": refer(leaf.id)})).await;
    let top = document(
        &scope,
        &schema,
        "top",
        json!({"m": refer(middle.id), "own": true}),
    )
    .await;
    let shown = scope.block_document(top.id, true).await.unwrap().unwrap();
    assert_eq!(
        Value::Object(shown.data.to_map()),
        json!({"own": true, "m": {"leaf": {"p": "x", "v": 1}}})
    );
    let hidden = scope.block_document(top.id, false).await.unwrap().unwrap();
    assert_eq!(hidden.data.to_map()["m"]["leaf"]["p"], "********");
    let references: &BTreeMap<String, JsonObject> = &shown.block_document_references;
    let middle_told = &references["m"].to_map()["block_document"];
    assert_eq!(middle_told["name"], "middle");
    assert_eq!(
        middle_told["block_document_references"]["leaf"]["block_document"]["name"],
        "leaf"
    );
    // A ring is refused, and so is what does not exist.
    let update = |data: Value| BlockDocumentUpdate {
        block_schema_id: None,
        data: Some(object(data)),
        merge_existing_data: true,
    };
    let ring = scope
        .update_block_document(leaf.id, update(json!({"back": refer(top.id)})))
        .await;
    assert!(matches!(ring, Err(StoreError::Refused(_))));
    let nobody =
        json!({"n": {"$ref": {"block_document_id": "4c8d0e39-2b68-4f40-8b4f-3d3ff7a1c9a5"}}});
    assert!(matches!(
        scope.update_block_document(leaf.id, update(nobody)).await,
        Err(StoreError::Conflict(_))
    ));
    for bad in [
        json!({"n": {"$ref": {}}}),
        json!({"n": {"$ref": 3}}),
        json!({"n": {"$ref": {"block_document_id": "x"}}}),
    ] {
        assert!(matches!(
            scope.update_block_document(leaf.id, update(bad)).await,
            Err(StoreError::Refused(_))
        ));
    }
    let count = async |filter: Value| {
        let filter: BlockDocumentFilter = serde_json::from_value(filter).unwrap();
        let filters = BlockFilters {
            documents: Some(filter),
            ..BlockFilters::default()
        };
        scope.count_block_documents(filters).await.unwrap()
    };
    let anonymous = BlockDocumentCreate {
        name: None,
        data: object(json!({})),
        block_schema_id: schema.id,
        block_type_id: kind.id,
        is_anonymous: true,
    };
    scope
        .create_block_document(anonymous)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(count(json!({})).await, 3);
    assert_eq!(count(json!({"is_anonymous": null})).await, 4);
    assert_eq!(count(json!({"name": {"like_": "EA"}})).await, 1);
    for sort in [
        BlockDocumentSort::NameAsc,
        BlockDocumentSort::NameDesc,
        BlockDocumentSort::BlockTypeAndNameAsc,
    ] {
        let found = scope
            .block_documents(BlockFilters::default(), sort, ALL, false)
            .await
            .unwrap();
        assert_eq!(found.len(), 3);
    }
    assert!(scope.delete_block_document(middle.id).await.unwrap());
    let left = scope.block_document(top.id, false).await.unwrap().unwrap();
    assert_eq!(Value::Object(left.data.to_map()), json!({"own": true}));
    // With its type everything goes.
    assert!(scope.delete_block_type(kind.id).await.unwrap());
    assert_eq!(count(json!({"is_anonymous": null})).await, 0);
    assert!(scope.block_schema(schema.id).await.unwrap().is_none());
}

async fn system_blocks_are_installed_once(fixture: Fixture) {
    let scope = fixture.scope();
    scope.install_system_blocks(true).await.unwrap();
    let types = async || {
        scope
            .block_types(BlockFilters::default(), ALL)
            .await
            .unwrap()
    };
    assert_eq!(types().await.len(), 3);
    for _ in 0..2 {
        scope.install_system_blocks(false).await.unwrap();
        assert_eq!(types().await.len(), system_blocks().len());
    }
    for block in system_blocks() {
        let found = scope
            .block_schema_by_checksum(&block.schema.checksum, None)
            .await
            .unwrap();
        assert_eq!(found.unwrap().block_type.unwrap().slug, block.slug);
    }
    let secret = scope.block_type_by_slug("secret").await.unwrap().unwrap();
    assert!(matches!(
        scope.delete_block_type(secret.id).await,
        Err(StoreError::Forbidden(_))
    ));
}

async fn another_key_does_not_open(mut fixture: Fixture) {
    let scope = fixture.scope();
    let kind = block_type(&scope, "k").await;
    let schema = schema(&scope, &kind, json!({"title": "K"})).await;
    document(&scope, &schema, "d", json!({"p": "x"})).await;
    fixture.reopen().await;
    fixture.store.close().await;
    for secrets in [
        SecretsKey::Given([8; 32]),
        SecretsKey::Nowhere,
        SecretsKey::File("/nonexistent/key".into()),
    ] {
        let mut options = fixture.options.clone();
        options.secrets = secrets;
        let refused = Store::open(options).await.err().unwrap().to_string();
        assert!(refused.contains("hint:"), "{refused}");
    }
    let opened = Store::open(fixture.options.clone()).await.unwrap();
    opened.close().await;
}
