//! `/block_documents`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::{BlockDocument, BlockDocumentCreate, BlockDocumentId, BlockDocumentUpdate};
use milliways_storage::BlockFilters;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, changed, found, made, ok};
use crate::app::Shared;
use crate::bodies::{CountBlockDocuments, ReadBlockDocuments};
use crate::extract::{Body, Id, OptionalBody, Paging, Query, Workspace};
use crate::problem::Problem;

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_block_document))
        .add(routes!(
            read_block_document_by_id,
            update_block_document_data,
            delete_block_document
        ))
        .add(routes!(read_block_documents))
        .add(routes!(count_block_documents))
}

/// Make a block document.
#[utoipa::path(post, path = "/block_documents/", tag = "Block documents", request_body = BlockDocumentCreate,
    responses((status = 201, body = BlockDocument, description = "It was made")))]
async fn create_block_document(
    Workspace(scope): Workspace,
    Body(document): Body<BlockDocumentCreate>,
) -> Answer {
    match scope.create_block_document(document).await? {
        Some(document) => made(true, &document),
        None => Err(Problem::detail(
            StatusCode::CONFLICT,
            "conflict",
            "Block already exists",
        )),
    }
}

/// List block documents that match.
#[utoipa::path(post, path = "/block_documents/filter", tag = "Block documents", request_body = Option<ReadBlockDocuments>,
    responses((status = 200, body = Vec<BlockDocument>, description = "The documents")))]
async fn read_block_documents(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<ReadBlockDocuments>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let filters = body.filters();
    ok(&scope
        .block_documents(filters, body.sort, page, body.include_secrets)
        .await?)
}

/// How many block documents match.
#[utoipa::path(post, path = "/block_documents/count", tag = "Block documents", request_body = Option<CountBlockDocuments>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_block_documents(
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<CountBlockDocuments>,
) -> Answer {
    let filters = BlockFilters {
        types: body.block_types,
        schemas: body.block_schemas,
        documents: body.block_documents,
    };
    ok(&scope.count_block_documents(filters).await?)
}

/// Read a block document.
#[utoipa::path(get, path = "/block_documents/{id}", tag = "Block documents",
    params(("id" = BlockDocumentId, Path, description = "The document's id"),
        ("include_secrets" = inline(Option<crate::extract::Flag>), Query, description = "Whether secrets are shown")),
    responses((status = 200, body = BlockDocument, description = "The document")))]
async fn read_block_document_by_id(
    Workspace(scope): Workspace,
    Id(id): Id<BlockDocumentId>,
    query: Query,
) -> Answer {
    let include_secrets = query.flag("include_secrets")?;
    let document = scope.block_document(id, include_secrets).await?;
    found(document.as_ref(), "Block document")
}

/// Delete a block document.
#[utoipa::path(delete, path = "/block_documents/{id}", tag = "Block documents",
    params(("id" = BlockDocumentId, Path, description = "The document's id")),
    responses((status = 204, description = "Done")))]
async fn delete_block_document(Workspace(scope): Workspace, Id(id): Id<BlockDocumentId>) -> Answer {
    changed(scope.delete_block_document(id).await?, "Block document")
}

/// Change a block document's data. A secret that is the mask stays as it is.
#[utoipa::path(patch, path = "/block_documents/{id}", tag = "Block documents", request_body = BlockDocumentUpdate,
    params(("id" = BlockDocumentId, Path, description = "The document's id")),
    responses((status = 204, description = "Done")))]
async fn update_block_document_data(
    Workspace(scope): Workspace,
    Id(id): Id<BlockDocumentId>,
    Body(update): Body<BlockDocumentUpdate>,
) -> Answer {
    changed(
        scope.update_block_document(id, update).await?,
        "Block document",
    )
}
