//! `/variables`.

use axum::extract::State;
use axum::http::StatusCode;
use milliways_model::{Variable, VariableCreate, VariableId, VariableUpdate};
use milliways_storage::VariableKey;
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, changed_or, found_or, made, ok};
use crate::app::Shared;
use crate::bodies::{CountVariables, ReadVariables};
use crate::extract::{Body, Id, Name, OptionalBody, Paging, Workspace};
use crate::problem::Problem;

const MISSING: &str = "Variable not found.";

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_variable))
        .add(routes!(read_variable, update_variable, delete_variable))
        .add(routes!(
            read_variable_by_name,
            update_variable_by_name,
            delete_variable_by_name
        ))
        .add(routes!(read_variables))
        .add(routes!(count_variables))
}

/// Make a variable.
#[utoipa::path(post, path = "/variables/", tag = "Variables", request_body = VariableCreate,
    responses((status = 201, body = Variable, description = "It was made")))]
async fn create_variable(
    Workspace(scope): Workspace,
    Body(variable): Body<VariableCreate>,
) -> Answer {
    let name = variable.name.clone();
    let Some(variable) = scope.create_variable(variable).await? else {
        let text = format!("A variable with the name '{name}' already exists.");
        return Err(Problem::detail(StatusCode::CONFLICT, "conflict", text));
    };
    made(true, &variable)
}

/// Read a variable.
#[utoipa::path(get, path = "/variables/{id}", tag = "Variables",
    params(("id" = VariableId, Path, description = "The variable's id")),
    responses((status = 200, body = Variable, description = "The variable")))]
async fn read_variable(Workspace(scope): Workspace, Id(id): Id<VariableId>) -> Answer {
    found_or(scope.variable(VariableKey::Id(id)).await?.as_ref(), || {
        Problem::missing(MISSING)
    })
}

/// Read a variable by its name.
#[utoipa::path(get, path = "/variables/name/{name}", tag = "Variables",
    params(("name" = String, Path, description = "The variable's name")),
    responses((status = 200, body = Variable, description = "The variable")))]
async fn read_variable_by_name(Workspace(scope): Workspace, Name(name): Name) -> Answer {
    found_or(
        scope.variable(VariableKey::Name(name)).await?.as_ref(),
        || Problem::missing(MISSING),
    )
}

/// List variables that match.
#[utoipa::path(post, path = "/variables/filter", tag = "Variables", request_body = Option<ReadVariables>,
    responses((status = 200, body = Vec<Variable>, description = "The variables")))]
async fn read_variables(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<ReadVariables>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    ok(&scope.variables(body.variables, body.sort, page).await?)
}

/// How many variables match.
#[utoipa::path(post, path = "/variables/count", tag = "Variables", request_body = Option<CountVariables>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_variables(
    Workspace(scope): Workspace,
    OptionalBody(body): OptionalBody<CountVariables>,
) -> Answer {
    ok(&scope.count_variables(body.variables).await?)
}

/// Change a variable.
#[utoipa::path(patch, path = "/variables/{id}", tag = "Variables", request_body = VariableUpdate,
    params(("id" = VariableId, Path, description = "The variable's id")),
    responses((status = 204, description = "Done")))]
async fn update_variable(
    Workspace(scope): Workspace,
    Id(id): Id<VariableId>,
    Body(update): Body<VariableUpdate>,
) -> Answer {
    changed_or(
        scope.update_variable(VariableKey::Id(id), update).await?,
        MISSING,
    )
}

/// Change a variable by its name.
#[utoipa::path(patch, path = "/variables/name/{name}", tag = "Variables", request_body = VariableUpdate,
    params(("name" = String, Path, description = "The variable's name")),
    responses((status = 204, description = "Done")))]
async fn update_variable_by_name(
    Workspace(scope): Workspace,
    Name(name): Name,
    Body(update): Body<VariableUpdate>,
) -> Answer {
    let key = VariableKey::Name(name);
    changed_or(scope.update_variable(key, update).await?, MISSING)
}

/// Delete a variable.
#[utoipa::path(delete, path = "/variables/{id}", tag = "Variables",
    params(("id" = VariableId, Path, description = "The variable's id")),
    responses((status = 204, description = "Done")))]
async fn delete_variable(Workspace(scope): Workspace, Id(id): Id<VariableId>) -> Answer {
    changed_or(scope.delete_variable(VariableKey::Id(id)).await?, MISSING)
}

/// Delete a variable by its name.
#[utoipa::path(delete, path = "/variables/name/{name}", tag = "Variables",
    params(("name" = String, Path, description = "The variable's name")),
    responses((status = 204, description = "Done")))]
async fn delete_variable_by_name(Workspace(scope): Workspace, Name(name): Name) -> Answer {
    changed_or(
        scope.delete_variable(VariableKey::Name(name)).await?,
        MISSING,
    )
}
