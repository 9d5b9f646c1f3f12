//! `/block_schemas` and `/block_capabilities`.

use axum::extract::State;
use milliways_model::{BlockSchema, BlockSchemaCreate, BlockSchemaId};
use milliways_storage::BlockFilters;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, changed, found, made, ok};
use crate::app::Shared;
use crate::bodies::ReadBlockSchemas;
use crate::extract::{Body, Checksum, Id, OptionalBody, Paging, Query, Workspace};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_block_schema))
        .add(routes!(read_block_schema_by_id, delete_block_schema))
        .add(routes!(read_block_schemas))
        .add(routes!(read_block_schema_by_checksum))
        .add(routes!(read_available_block_capabilities))
}

/// Make a block schema, or find the one of these fields.
#[utoipa::path(post, path = "/block_schemas/", tag = "Block schemas", request_body = BlockSchemaCreate,
    responses((status = 201, body = BlockSchema, description = "It was made"), (status = 200, body = BlockSchema, description = "It exists")))]
async fn create_block_schema(
    Workspace(scope): Workspace,
    Body(schema): Body<BlockSchemaCreate>,
) -> Answer {
    let (schema, is_new) = scope.create_block_schema(schema).await?;
    made(is_new, &schema)
}

/// Delete a block schema with its documents.
#[utoipa::path(delete, path = "/block_schemas/{id}", tag = "Block schemas",
    params(("id" = BlockSchemaId, Path, description = "The block schema's id")),
    responses((status = 204, description = "Done")))]
async fn delete_block_schema(Workspace(scope): Workspace, Id(id): Id<BlockSchemaId>) -> Answer {
    changed(scope.delete_block_schema(id).await?, "Block schema")
}

/// List block schemas that match, newest first.
#[utoipa::path(post, path = "/block_schemas/filter", tag = "Block schemas", request_body = Option<ReadBlockSchemas>,
    responses((status = 200, body = Vec<BlockSchema>, description = "The block schemas")))]
async fn read_block_schemas(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadBlockSchemas>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    let filters = BlockFilters {
        schemas: body.block_schemas,
        ..BlockFilters::default()
    };
    ok(&scope.block_schemas(filters, page).await?)
}

/// Read a block schema.
#[utoipa::path(get, path = "/block_schemas/{id}", tag = "Block schemas",
    params(("id" = BlockSchemaId, Path, description = "The block schema's id")),
    responses((status = 200, body = BlockSchema, description = "The block schema")))]
async fn read_block_schema_by_id(Workspace(scope): Workspace, Id(id): Id<BlockSchemaId>) -> Answer {
    found(scope.block_schema(id).await?.as_ref(), "Block schema")
}

/// Read the newest block schema of a checksum, or the one of a version.
#[utoipa::path(get, path = "/block_schemas/checksum/{checksum}", tag = "Block schemas",
    params(("checksum" = String, Path, description = "The checksum of its fields"),
        ("version" = inline(Option<crate::extract::MaybeText>), Query, description = "Its version; the newest one unless given")),
    responses((status = 200, body = BlockSchema, description = "The block schema")))]
async fn read_block_schema_by_checksum(
    Workspace(scope): Workspace,
    Checksum(checksum): Checksum,
    query: Query,
) -> Answer {
    let version = query.get("version").map(str::to_owned);
    let schema = scope.block_schema_by_checksum(&checksum, version).await?;
    found(schema.as_ref(), "Block schema")
}

/// Everything that any block can do.
#[utoipa::path(get, path = "/block_capabilities/", tag = "Block capabilities",
    responses((status = 200, body = Vec<String>, description = "The capabilities")))]
async fn read_available_block_capabilities(Workspace(scope): Workspace) -> Answer {
    ok(&scope.block_capabilities().await?)
}
