//! `/block_types`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::filter::{AnyOf, BlockDocumentFilter};
use milliways_model::sort::BlockDocumentSort;
use milliways_model::{BlockDocument, BlockType, BlockTypeCreate, BlockTypeId, BlockTypeUpdate};
use milliways_storage::{BlockFilters, Page};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, changed, found, json, made, ok};
use crate::app::Shared;
use crate::bodies::ReadBlockTypes;
use crate::extract::{Body, DocumentName, Id, OptionalBody, Paging, Query, Slug, Workspace};
use crate::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_block_type))
        .add(routes!(
            read_block_type_by_id,
            update_block_type,
            delete_block_type
        ))
        .add(routes!(read_block_type_by_slug))
        .add(routes!(read_block_types))
        .add(routes!(read_block_documents_for_block_type))
        .add(routes!(read_block_document_by_name_for_block_type))
        .add(routes!(install_system_block_types))
}

/// Make a block type.
#[utoipa::path(post, path = "/block_types/", tag = "Block types", request_body = BlockTypeCreate,
    responses((status = 201, body = BlockType, description = "It was made")))]
async fn create_block_type(
    Workspace(scope): Workspace,
    Body(block_type): Body<BlockTypeCreate>,
) -> Answer {
    let name = block_type.name.clone();
    let Some(block_type) = scope.create_block_type(block_type).await? else {
        let text = format!("Block type with name \"{name}\" already exists");
        return Err(Problem::detail(StatusCode::CONFLICT, "conflict", text));
    };
    made(true, &block_type)
}

/// Read a block type.
#[utoipa::path(get, path = "/block_types/{id}", tag = "Block types",
    params(("id" = BlockTypeId, Path, description = "The block type's id")),
    responses((status = 200, body = BlockType, description = "The block type")))]
async fn read_block_type_by_id(Workspace(scope): Workspace, Id(id): Id<BlockTypeId>) -> Answer {
    found(scope.block_type(id).await?.as_ref(), "Block type")
}

/// Read a block type by its slug.
#[utoipa::path(get, path = "/block_types/slug/{slug}", tag = "Block types",
    params(("slug" = String, Path, description = "The block type's slug")),
    responses((status = 200, body = BlockType, description = "The block type")))]
async fn read_block_type_by_slug(Workspace(scope): Workspace, Slug(slug): Slug) -> Answer {
    found(
        scope.block_type_by_slug(&slug).await?.as_ref(),
        "Block type",
    )
}

/// List block types that match.
#[utoipa::path(post, path = "/block_types/filter", tag = "Block types", request_body = Option<ReadBlockTypes>,
    responses((status = 200, body = Vec<BlockType>, description = "The block types")))]
async fn read_block_types(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadBlockTypes>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let filters = BlockFilters {
        types: body.block_types,
        schemas: body.block_schemas,
        documents: None,
    };
    ok(&scope.block_types(filters, page).await?)
}

/// Change a block type.
#[utoipa::path(patch, path = "/block_types/{id}", tag = "Block types", request_body = BlockTypeUpdate,
    params(("id" = BlockTypeId, Path, description = "The block type's id")),
    responses((status = 204, description = "Done")))]
async fn update_block_type(
    Workspace(scope): Workspace,
    Id(id): Id<BlockTypeId>,
    Body(update): Body<BlockTypeUpdate>,
) -> Answer {
    changed(scope.update_block_type(id, update).await?, "Block type")
}

/// Delete a block type with its schemas and documents.
#[utoipa::path(delete, path = "/block_types/{id}", tag = "Block types",
    params(("id" = BlockTypeId, Path, description = "The block type's id")),
    responses((status = 204, description = "Done")))]
async fn delete_block_type(Workspace(scope): Workspace, Id(id): Id<BlockTypeId>) -> Answer {
    changed(scope.delete_block_type(id).await?, "Block type")
}

/// List the documents of a block type.
#[utoipa::path(get, path = "/block_types/slug/{slug}/block_documents", tag = "Block types",
    params(("slug" = String, Path, description = "The block type's slug"),
        ("include_secrets" = inline(Option<crate::extract::Flag>), Query, description = "Whether secrets are shown")),
    responses((status = 200, body = Vec<BlockDocument>, description = "The documents")))]
async fn read_block_documents_for_block_type(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    Slug(slug): Slug,
    query: Query,
) -> Answer {
    let include_secrets = query.flag("include_secrets")?;
    let Some(block_type) = scope.block_type_by_slug(&slug).await? else {
        return Err(Problem::not_found("Block type"));
    };
    let filters = BlockFilters {
        documents: Some(BlockDocumentFilter {
            block_type_id: Some(AnyOf {
                any_: Some(vec![block_type.id]),
            }),
            ..BlockDocumentFilter::default()
        }),
        ..BlockFilters::default()
    };
    // There is no way to ask for a part of them.
    let page = Page {
        limit: app.config.limits.page_size * 50,
        offset: 0,
    };
    let sort = BlockDocumentSort::NameAsc;
    ok(&scope
        .block_documents(filters, sort, page, include_secrets)
        .await?)
}

/// Read a document of a block type by its name.
#[utoipa::path(get, path = "/block_types/slug/{slug}/block_documents/name/{block_document_name}", tag = "Block types",
    params(("slug" = String, Path, description = "The block type's slug"),
        ("block_document_name" = String, Path, description = "The document's name"),
        ("include_secrets" = inline(Option<crate::extract::Flag>), Query, description = "Whether secrets are shown")),
    responses((status = 200, body = BlockDocument, description = "The document")))]
async fn read_block_document_by_name_for_block_type(
    Workspace(scope): Workspace,
    Slug(slug): Slug,
    DocumentName(name): DocumentName,
    query: Query,
) -> Answer {
    let include_secrets = query.flag("include_secrets")?;
    let document = scope
        .block_document_by_name(&slug, &name, include_secrets)
        .await?;
    found(document.as_ref(), "Block document")
}

/// Make the protected built-in block types where they are missing.
#[utoipa::path(post, path = "/block_types/install_system_block_types", tag = "Block types",
    responses((status = 200, body = milliways_model::Json, description = "They are there")))]
async fn install_system_block_types(Workspace(scope): Workspace) -> Answer {
    scope.install_system_blocks(true).await?;
    json(StatusCode::OK, &())
}
