//! Whose data a request is about, told by its path alone.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use milliways_model::WorkspaceId;
use milliways_storage::Scope;

use super::path_parameter;
use crate::app::Shared;
use crate::problem::Problem;

/// The workspace of a request: the default one below `/api`, a named one below
/// `/api/accounts/{account}/workspaces/{workspace}`.
pub(crate) struct Workspace(pub(crate) Scope);

impl FromRequestParts<Shared> for Workspace {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        if !parts.uri.path().starts_with("/api/accounts/") {
            return Ok(Self(app.store.workspace(WorkspaceId::DEFAULT)));
        }
        let account = path_parameter(parts, "account").await?;
        let workspace = path_parameter(parts, "workspace").await?;
        match app.store.workspace_named(&account, &workspace).await? {
            Some(id) => Ok(Self(app.store.workspace(id))),
            None => Err(Problem::not_found("Workspace")),
        }
    }
}
