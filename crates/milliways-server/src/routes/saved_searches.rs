//! `/saved_searches`.

use axum::extract::State;
use milliways_model::{SavedSearch, SavedSearchCreate, SavedSearchId};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, changed, found, made, ok};
use crate::app::Shared;
use crate::bodies::ReadSavedSearches;
use crate::extract::{Body, Id, OptionalBody, Paging, Workspace};

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_saved_search))
        .add(routes!(read_saved_search, delete_saved_search))
        .add(routes!(read_saved_searches))
}

/// Keep a search by name, or replace the one of that name.
#[utoipa::path(put, path = "/saved_searches/", tag = "SavedSearches", request_body = SavedSearchCreate,
    responses((status = 200, body = SavedSearch, description = "It was replaced"), (status = 201, body = SavedSearch, description = "It was made")))]
async fn create_saved_search(
    Workspace(scope): Workspace,
    Body(search): Body<SavedSearchCreate>,
) -> Answer {
    let (search, is_new) = scope.put_saved_search(search).await?;
    made(is_new, &search)
}

/// Read a saved search.
#[utoipa::path(get, path = "/saved_searches/{id}", tag = "SavedSearches",
    params(("id" = SavedSearchId, Path, description = "The saved search's id")),
    responses((status = 200, body = SavedSearch, description = "The saved search")))]
async fn read_saved_search(Workspace(scope): Workspace, Id(id): Id<SavedSearchId>) -> Answer {
    found(scope.saved_search(id).await?.as_ref(), "Saved search")
}

/// List saved searches.
#[utoipa::path(post, path = "/saved_searches/filter", tag = "SavedSearches", request_body = Option<ReadSavedSearches>,
    responses((status = 200, body = Vec<SavedSearch>, description = "The saved searches")))]
async fn read_saved_searches(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadSavedSearches>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    ok(&scope.saved_searches(page).await?)
}

/// Delete a saved search.
#[utoipa::path(delete, path = "/saved_searches/{id}", tag = "SavedSearches",
    params(("id" = SavedSearchId, Path, description = "The saved search's id")),
    responses((status = 204, description = "Done")))]
async fn delete_saved_search(Workspace(scope): Workspace, Id(id): Id<SavedSearchId>) -> Answer {
    changed(scope.delete_saved_search(id).await?, "Saved search")
}
