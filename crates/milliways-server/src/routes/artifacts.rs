//! `/artifacts`.

use axum::extract::State;
use milliways_model::{Artifact, ArtifactCollection, ArtifactCreate, ArtifactId, ArtifactUpdate};
use utoipa_axum::routes;

use super::Routes;
use super::reply::{Answer, changed_or, found_or, made, ok};
use crate::app::Shared;
use crate::bodies::{CountArtifacts, CountLatestArtifacts, ReadArtifacts, ReadLatestArtifacts};
use crate::extract::{Body, Id, Key, OptionalBody, Paging, Workspace};
use crate::problem::Problem;

const MISSING: &str = "Artifact not found.";

pub(super) fn routes() -> Routes {
    Routes::default()
        .add(routes!(create_artifact))
        .add(routes!(read_artifact, update_artifact, delete_artifact))
        .add(routes!(read_latest_artifact))
        .add(routes!(read_artifacts))
        .add(routes!(read_latest_artifacts))
        .add(routes!(count_artifacts))
        .add(routes!(count_latest_artifacts))
}

/// Make an artifact; it becomes the newest one of its key.
#[utoipa::path(post, path = "/artifacts/", tag = "Artifacts", request_body = ArtifactCreate,
    responses((status = 200, body = Artifact, description = "Not used"), (status = 201, body = Artifact, description = "It was made")))]
async fn create_artifact(
    Workspace(scope): Workspace,
    Body(artifact): Body<ArtifactCreate>,
) -> Answer {
    made(true, &scope.create_artifact(artifact).await?)
}

/// Read an artifact.
#[utoipa::path(get, path = "/artifacts/{id}", tag = "Artifacts",
    params(("id" = ArtifactId, Path, description = "The artifact's id")),
    responses((status = 200, body = Artifact, description = "The artifact")))]
async fn read_artifact(Workspace(scope): Workspace, Id(id): Id<ArtifactId>) -> Answer {
    found_or(scope.artifact(id).await?.as_ref(), || {
        Problem::missing(MISSING)
    })
}

/// Read the newest artifact of a key. Its `id` is that of the key, its own is `latest_id`.
#[utoipa::path(get, path = "/artifacts/{key}/latest", tag = "Artifacts",
    params(("key" = String, Path, description = "The artifact's key")),
    responses((status = 200, body = Artifact, description = "The artifact")))]
async fn read_latest_artifact(Workspace(scope): Workspace, Key(key): Key) -> Answer {
    let latest = scope.latest_artifact(&key).await?;
    let artifact = latest.map(|latest| Artifact {
        id: ArtifactId(latest.id.0),
        created: latest.created,
        updated: latest.updated,
        key: Some(latest.key),
        r#type: latest.r#type,
        description: latest.description,
        data: latest.data,
        metadata_: latest.metadata_,
        flow_run_id: latest.flow_run_id,
        task_run_id: latest.task_run_id,
    });
    found_or(artifact.as_ref(), || Problem::missing(MISSING))
}

/// List artifacts that match.
#[utoipa::path(post, path = "/artifacts/filter", tag = "Artifacts", request_body = Option<ReadArtifacts>,
    responses((status = 200, body = Vec<Artifact>, description = "The artifacts")))]
async fn read_artifacts(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<ReadArtifacts>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    ok(&scope.artifacts(body.filters(), body.sort, page).await?)
}

/// List the newest artifacts of the keys that match.
#[utoipa::path(post, path = "/artifacts/latest/filter", tag = "Artifacts", request_body = Option<ReadLatestArtifacts>,
    responses((status = 200, body = Vec<ArtifactCollection>, description = "The artifacts")))]
async fn read_latest_artifacts(
    State(app): State<Shared>,
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<ReadLatestArtifacts>,
) -> Answer {
    let page = Paging {
        limit: body.limit,
        offset: body.offset,
    }
    .within(&app.config.limits)?;
    ok(&scope
        .latest_artifacts(body.filters(), body.sort, page)
        .await?)
}

/// How many artifacts match.
#[utoipa::path(post, path = "/artifacts/count", tag = "Artifacts", request_body = Option<CountArtifacts>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_artifacts(
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<CountArtifacts>,
) -> Answer {
    ok(&scope.count_artifacts(body.filters()).await?)
}

/// How many keys match.
#[utoipa::path(post, path = "/artifacts/latest/count", tag = "Artifacts", request_body = Option<CountLatestArtifacts>,
    responses((status = 200, body = i64, description = "How many")))]
async fn count_latest_artifacts(
    Workspace(scope): Workspace,
    OptionalBody(mut body): OptionalBody<CountLatestArtifacts>,
) -> Answer {
    ok(&scope.count_latest_artifacts(body.filters()).await?)
}

/// Change an artifact.
#[utoipa::path(patch, path = "/artifacts/{id}", tag = "Artifacts", request_body = ArtifactUpdate,
    params(("id" = ArtifactId, Path, description = "The artifact's id")),
    responses((status = 204, description = "Done")))]
async fn update_artifact(
    Workspace(scope): Workspace,
    Id(id): Id<ArtifactId>,
    Body(update): Body<ArtifactUpdate>,
) -> Answer {
    changed_or(scope.update_artifact(id, update).await?, MISSING)
}

/// Delete an artifact; the one before it becomes the newest of its key.
#[utoipa::path(delete, path = "/artifacts/{id}", tag = "Artifacts",
    params(("id" = ArtifactId, Path, description = "The artifact's id")),
    responses((status = 204, description = "Done")))]
async fn delete_artifact(Workspace(scope): Workspace, Id(id): Id<ArtifactId>) -> Answer {
    changed_or(scope.delete_artifact(id).await?, MISSING)
}
