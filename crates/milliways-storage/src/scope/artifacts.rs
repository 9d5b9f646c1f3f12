//! Artifacts, and the newest one of each key, kept in step.

use milliways_model::artifact::cut_metadata;
use milliways_model::event::Resource;
use milliways_model::names::{MAX_NAME_LENGTH, is_slug};
use milliways_model::sort::{ArtifactCollectionSort, ArtifactSort};
use milliways_model::{
    Artifact, ArtifactCollection, ArtifactCollectionId, ArtifactCreate, ArtifactId, ArtifactUpdate,
    Json, WorkspaceId, uuid7,
};
use serde::Serialize;

use super::{Scope, draw};
use crate::db::{DbError, Tx};
use crate::error::StoreError;
use crate::filter::{Filters, Page};
use crate::lifecycle::{self, Action, Subject};
use crate::tables::{artifact, artifact_collection};

impl Scope {
    /// Makes an artifact; it becomes the newest one of its key.
    pub async fn create_artifact(
        &self,
        mut create: ArtifactCreate,
    ) -> Result<Artifact, StoreError> {
        if let Some(key) = &create.key {
            check_key(key)?;
        }
        if let Some(metadata) = &mut create.metadata_ {
            cut_metadata(metadata);
        }
        self.write(async move |tx, workspace| {
            Ok(store(tx, workspace, ArtifactId(uuid7(tx.now, draw())), &create).await?)
        })
        .await
    }

    /// An artifact.
    pub async fn artifact(&self, id: ArtifactId) -> Result<Option<Artifact>, StoreError> {
        self.read(async move |conn, workspace| Ok(artifact::by_id(conn, workspace, id).await?))
            .await
    }

    /// The newest artifact of a key.
    pub async fn latest_artifact(
        &self,
        key: &str,
    ) -> Result<Option<ArtifactCollection>, StoreError> {
        let key = key.to_owned();
        self.read(async move |conn, workspace| {
            Ok(artifact_collection::by_key(conn, workspace, &key).await?)
        })
        .await
    }

    /// Artifacts that match.
    pub async fn artifacts(
        &self,
        filters: Filters,
        sort: ArtifactSort,
        page: Page,
    ) -> Result<Vec<Artifact>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(artifact::list(conn, workspace, &filters, sort, page).await?)
        })
        .await
    }

    /// How many artifacts match.
    pub async fn count_artifacts(&self, filters: Filters) -> Result<i64, StoreError> {
        self.read(
            async move |conn, workspace| Ok(artifact::count(conn, workspace, &filters).await?),
        )
        .await
    }

    /// The newest artifacts of the keys that match.
    pub async fn latest_artifacts(
        &self,
        filters: Filters,
        sort: ArtifactCollectionSort,
        page: Page,
    ) -> Result<Vec<ArtifactCollection>, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(artifact_collection::list(conn, workspace, &filters, sort, page).await?)
        })
        .await
    }

    /// How many keys match.
    pub async fn count_latest_artifacts(&self, filters: Filters) -> Result<i64, StoreError> {
        self.read(async move |conn, workspace| {
            Ok(artifact_collection::count(conn, workspace, &filters).await?)
        })
        .await
    }

    /// Changes an artifact; false where there is none.
    pub async fn update_artifact(
        &self,
        id: ArtifactId,
        mut update: ArtifactUpdate,
    ) -> Result<bool, StoreError> {
        if let Some(Some(metadata)) = &mut update.metadata_ {
            cut_metadata(metadata);
        }
        self.write(async move |tx, workspace| {
            let found = artifact::update(tx, workspace, id, &update).await?;
            let shown = artifact_collection::update(tx, workspace, id, &update).await?;
            Ok(found || shown)
        })
        .await
    }

    /// Deletes an artifact; the one before it becomes the newest of its key. False where there is none.
    pub async fn delete_artifact(&self, id: ArtifactId) -> Result<bool, StoreError> {
        self.write(async move |tx, workspace| {
            let Some(found) = artifact::by_id(tx, workspace, id).await? else {
                return Ok(false);
            };
            artifact::delete(tx, workspace, id).await?;
            if let Some(key) = &found.key {
                step_back(tx, workspace, key, id).await?;
            }
            Ok(true)
        })
        .await
    }
}

/// Stores an artifact and makes it the newest one of its key.
pub(crate) async fn store(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: ArtifactId,
    create: &ArtifactCreate,
) -> Result<Artifact, DbError> {
    let made = Artifact {
        id,
        created: Some(tx.now),
        updated: Some(tx.now),
        key: create.key.clone(),
        r#type: create.r#type.clone(),
        description: create.description.clone(),
        data: create.data.clone(),
        metadata_: create.metadata_.clone(),
        flow_run_id: create.flow_run_id,
        task_run_id: create.task_run_id,
    };
    artifact::insert(tx, workspace, &made).await?;
    if let Some(key) = &made.key {
        let collection = ArtifactCollectionId(uuid7(tx.now, draw()));
        artifact_collection::put(tx, workspace, collection, key, &made).await?;
        if let Some(stored) = artifact_collection::by_key(tx, workspace, key).await? {
            let action = if stored.id == collection {
                Action::Created
            } else {
                Action::Updated
            };
            tell(tx, workspace, action, &stored).await?;
        }
    }
    Ok(made)
}

/// After the artifact `gone` of a key was deleted: the next newest takes its place, or the key is gone as well.
async fn step_back(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    key: &str,
    gone: ArtifactId,
) -> Result<(), DbError> {
    let Some(collection) = artifact_collection::by_key(tx, workspace, key).await? else {
        return Ok(());
    };
    if collection.latest_id != gone {
        return Ok(());
    }
    if let Some(next) = artifact::newest(tx, workspace, key).await? {
        artifact_collection::put_back(tx, workspace, collection.id, key, &next).await?;
        if let Some(stored) = artifact_collection::by_key(tx, workspace, key).await? {
            tell(tx, workspace, Action::Updated, &stored).await?;
        }
    } else {
        artifact_collection::delete(tx, workspace, key).await?;
        tell(tx, workspace, Action::Deleted, &collection).await?;
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), StoreError> {
    if is_slug(key, false) && key.len() <= MAX_NAME_LENGTH {
        return Ok(());
    }
    let reason = if key.len() > MAX_NAME_LENGTH {
        "String should have at most 255 characters"
    } else {
        "Value error, Artifact key must only contain lowercase letters, numbers, and dashes."
    };
    Err(StoreError::Invalid {
        location: "body.key",
        reason: reason.to_owned(),
    })
}

async fn tell(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    action: Action,
    collection: &ArtifactCollection,
) -> Result<(), DbError> {
    #[derive(Serialize)]
    struct Payload<'a> {
        key: &'a str,
        r#type: Option<&'a String>,
        data: Option<&'a Json>,
        description: Option<&'a String>,
    }
    let latest = format!("prefect.artifact.{}", collection.latest_id);
    let mut related = vec![Resource::related(latest, "latest", None)];
    if let Some(id) = collection.flow_run_id {
        let id = format!("prefect.flow-run.{id}");
        related.push(Resource::related(id, "flow-run", None));
    }
    if let Some(id) = collection.task_run_id {
        let id = format!("prefect.task-run.{id}");
        related.push(Resource::related(id, "task-run", None));
    }
    let subject = Subject {
        kind: "artifact-collection",
        id: collection.id.0,
        name: Some(&collection.key),
        related,
    };
    let payload = Payload {
        key: &collection.key,
        r#type: collection.r#type.as_ref(),
        data: collection.data.as_ref(),
        description: collection.description.as_ref(),
    };
    lifecycle::tell(tx, workspace, action, subject, &payload).await
}
