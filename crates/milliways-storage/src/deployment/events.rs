//! The events that tell of deployments.

use milliways_model::event::Resource;
use milliways_model::{Deployment, Event, JsonObject, WorkspaceId};
use serde_json::{Value, json};

use crate::db::{DbError, Tx};
use crate::lifecycle::{self, Changes};
use crate::tables::deployment::Stored;
use crate::tables::{flow, work_pool, work_queue};

/// Tells that something happened to a deployment.
pub(crate) async fn emit(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    what: &str,
    stored: &Stored,
    payload: JsonObject,
) -> Result<(), DbError> {
    let deployment = &stored.deployment;
    let resource = Resource(
        [
            (
                Resource::ID,
                format!("prefect.deployment.{}", deployment.id),
            ),
            (Resource::NAME, deployment.name.clone()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect(),
    );
    let event = Event {
        related: related(tx, workspace, stored).await?,
        payload,
        ..lifecycle::event(tx, format!("prefect.deployment.{what}"), resource)
    };
    lifecycle::emit(tx, workspace, &event).await
}

async fn related(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    stored: &Stored,
) -> Result<Vec<Resource>, DbError> {
    let deployment = &stored.deployment;
    let mut related = Vec::new();
    if let Some(flow) = flow::by_id(tx, workspace, deployment.flow_id).await? {
        let id = format!("prefect.flow.{}", flow.id);
        related.push(Resource::related(id, "flow", Some(&flow.name)));
    }
    if let Some(id) = deployment.work_queue_id
        && let Some(queue) = work_queue::by_id(tx, workspace, id).await?
    {
        let id = format!("prefect.work-queue.{}", queue.id);
        related.push(Resource::related(id, "work-queue", Some(&queue.name)));
        if let Some(pool) = queue.work_pool_id
            && let Some(pool) = work_pool::by_id(tx, workspace, pool).await?
        {
            let id = format!("prefect.work-pool.{}", pool.id);
            let mut resource = Resource::related(id, "work-pool", Some(&pool.name));
            resource
                .0
                .insert("prefect.work-pool.type".to_owned(), pool.r#type);
            related.push(resource);
        }
    }
    for (block, role) in [
        (deployment.storage_document_id, "storage"),
        (deployment.infrastructure_document_id, "infrastructure"),
    ] {
        let id = block.map(|block| format!("prefect.block-document.{block}"));
        related.extend(id.map(|id| Resource::related(id, role, None)));
    }
    if let Some(limit) = stored.limit {
        let id = format!("prefect.concurrency-limit.{limit}");
        related.push(Resource::related(id, "concurrency-limit", None));
    }
    Ok(related)
}

/// The fields whose changes an event tells of, by what the event calls them.
fn told(deployment: &Deployment) -> [(&'static str, Value); 14] {
    let object = |json: &JsonObject| Value::Object(json.to_map());
    let it = deployment;
    [
        ("description", json!(it.description)),
        ("tags", json!(it.tags)),
        ("parameters", object(&it.parameters)),
        (
            "parameter_openapi_schema",
            it.parameter_openapi_schema
                .as_ref()
                .map_or(Value::Null, object),
        ),
        (
            "enforce_parameter_schema",
            json!(it.enforce_parameter_schema),
        ),
        ("entrypoint", json!(it.entrypoint)),
        ("path", json!(it.path)),
        ("pull_steps", json!(it.pull_steps)),
        ("work_queue_id", json!(it.work_queue_id)),
        ("infra_overrides", object(&it.job_variables)),
        ("paused", json!(it.paused)),
        ("labels", object(&it.labels)),
        ("version", json!(it.version)),
        ("concurrency_options", json!(it.concurrency_options)),
    ]
}

/// What an event tells of a change; none where nothing changed that it would tell of.
pub(crate) fn changes(before: &Stored, after: &Stored) -> Option<JsonObject> {
    let mut changes = Changes::default();
    for ((name, from), (_, to)) in told(&before.deployment)
        .into_iter()
        .zip(told(&after.deployment))
    {
        changes.add(name, &from, &to);
    }
    changes.add("concurrency_limit_id", &before.limit, &after.limit);
    changes.payload()
}
