//! Deployments.

use milliways_model::deployment::{Deployment, DeploymentStatus};
use milliways_model::sort::DeploymentSort;
use milliways_model::{
    ConcurrencyLimitId, DeploymentId, FlowId, JsonObject, Timestamp, Uuid, WorkspaceId,
};

use super::{deployment_schedule, text_of};
use crate::db::{Bulk, Conn, DbError, Kind, Row, Tx, Value, params, statements};
use crate::deployment_limit;
use crate::filter::{Filters, Page, Query};

/// The columns of a deployment `d`.
const COLUMNS: &str = "d.id, d.created, d.updated, d.flow_id, d.name, d.version, d.description, d.paused, \
     d.concurrency_limit_id, d.concurrency_options, d.job_variables, d.parameters, d.parameter_openapi_schema, \
     d.enforce_parameter_schema, d.tags, d.labels, d.work_queue_id, d.work_queue_name, d.path, d.entrypoint, \
     d.pull_steps, d.storage_document_id, d.infrastructure_document_id, d.created_by, d.updated_by, d.status, \
     d.last_polled, q.name, w.name";

/// What the columns are taken from.
const FROM: &str = "FROM deployment d LEFT JOIN work_queue q ON q.id = d.work_queue_id \
     LEFT JOIN work_pool w ON w.id = q.work_pool_id";

statements! {
    ID_BY_KEY = "SELECT id FROM deployment WHERE workspace_id = ?1 AND flow_id = ?2 AND name = ?3";
    LOCK = "SELECT id FROM deployment WHERE (workspace_id = ?1) IS TRUE AND id = ANY(?2) ORDER BY id FOR UPDATE";
    OF_FLOW = "SELECT id FROM deployment WHERE workspace_id = ?1 AND flow_id = ?2 ORDER BY id";
    DELETE = "DELETE FROM deployment WHERE (workspace_id = ?1) IS TRUE AND id = ?2";
    COUNT_BY_FLOW = "SELECT flow_id, COUNT(*) FROM deployment WHERE (workspace_id = ?1) IS TRUE AND flow_id = ANY(?2) GROUP BY flow_id";
}

const ROW: &[(&str, Kind)] = &[
    ("id", Kind::Uuid),
    ("workspace_id", Kind::Uuid),
    ("created", Kind::Int),
    ("updated", Kind::Int),
    ("flow_id", Kind::Uuid),
    ("name", Kind::Text),
    ("version", Kind::Text),
    ("description", Kind::Text),
    ("paused", Kind::Bool),
    ("concurrency_limit_id", Kind::Uuid),
    ("concurrency_options", Kind::Text),
    ("job_variables", Kind::Text),
    ("parameters", Kind::Text),
    ("parameter_openapi_schema", Kind::Text),
    ("enforce_parameter_schema", Kind::Bool),
    ("tags", Kind::Text),
    ("labels", Kind::Text),
    ("work_queue_id", Kind::Uuid),
    ("work_queue_name", Kind::Text),
    ("path", Kind::Text),
    ("entrypoint", Kind::Text),
    ("pull_steps", Kind::Text),
    ("storage_document_id", Kind::Uuid),
    ("infrastructure_document_id", Kind::Uuid),
    ("created_by", Kind::Text),
    ("updated_by", Kind::Text),
    ("status", Kind::Text),
    ("last_polled", Kind::Int),
];

static INSERT: Bulk = Bulk::insert(
    "deployment",
    ROW,
    "ON CONFLICT (workspace_id, flow_id, name) DO NOTHING",
);
static UPDATE: Bulk = Bulk::update("deployment", ROW);

/// A deployment with what its answer does not show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) deployment: Deployment,
    /// The limit whose slots its runs take.
    pub(crate) limit: Option<ConcurrencyLimitId>,
}

fn values(workspace: WorkspaceId, stored: &Stored) -> Vec<Value<'_>> {
    let it = &stored.deployment;
    vec![
        it.id.into(),
        workspace.into(),
        it.created.into(),
        it.updated.into(),
        it.flow_id.into(),
        (&it.name).into(),
        it.version.as_ref().into(),
        it.description.as_ref().into(),
        it.paused.into(),
        stored.limit.into(),
        it.concurrency_options.as_ref().map(text_of).into(),
        (&it.job_variables).into(),
        (&it.parameters).into(),
        it.parameter_openapi_schema.as_ref().into(),
        it.enforce_parameter_schema.into(),
        text_of(&it.tags).into(),
        (&it.labels).into(),
        it.work_queue_id.into(),
        it.work_queue_name.as_ref().into(),
        it.path.as_ref().into(),
        it.entrypoint.as_ref().into(),
        it.pull_steps.as_ref().map(text_of).into(),
        it.storage_document_id.into(),
        it.infrastructure_document_id.into(),
        it.created_by.as_ref().map(text_of).into(),
        it.updated_by.as_ref().map(text_of).into(),
        it.status.unwrap_or_default().as_str().into(),
        it.last_polled.into(),
    ]
}

fn read(row: &mut Row<'_>) -> Result<Stored, DbError> {
    let (id, created, updated) = (row.take()?, row.take()?, row.take()?);
    let (flow_id, name, version, description) =
        (row.take()?, row.take()?, row.take()?, row.take()?);
    let (paused, limit) = (row.take()?, row.take()?);
    let mut stored = Stored {
        deployment: Deployment {
            id,
            created,
            updated,
            name,
            version,
            description,
            flow_id,
            paused,
            schedules: Vec::new(),
            concurrency_limit: None,
            global_concurrency_limit: None,
            concurrency_options: row.parse_optional::<Option<_>>()?.flatten(),
            job_variables: row.take::<JsonObject>()?,
            parameters: row.take::<JsonObject>()?,
            parameter_openapi_schema: row.take::<Option<JsonObject>>()?,
            enforce_parameter_schema: row.take()?,
            tags: row.parse()?,
            labels: row.take::<JsonObject>()?,
            work_queue_id: row.take()?,
            work_queue_name: row.take()?,
            path: row.take()?,
            entrypoint: row.take()?,
            pull_steps: row.parse_optional()?,
            storage_document_id: row.take()?,
            infrastructure_document_id: row.take()?,
            created_by: row.parse_optional()?,
            updated_by: row.parse_optional()?,
            work_pool_name: None,
            status: Some(status(&row.take::<String>()?)),
            last_polled: row.take()?,
        },
        limit,
    };
    // A queue is told by the name that it has now.
    if let Some(queue) = row.take::<Option<String>>()? {
        stored.deployment.work_queue_name = Some(queue);
    }
    stored.deployment.work_pool_name = row.take()?;
    Ok(stored)
}

fn status(text: &str) -> DeploymentStatus {
    if text == DeploymentStatus::Ready.as_str() {
        DeploymentStatus::Ready
    } else {
        DeploymentStatus::NotReady
    }
}

/// Inserts a deployment; false where the flow has one of that name.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    stored: &Stored,
) -> Result<bool, DbError> {
    Ok(tx.bulk(&INSERT, &[values(workspace, stored)]).await? > 0)
}

/// Writes a deployment over the one of its id.
pub(crate) async fn write(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    stored: &Stored,
) -> Result<(), DbError> {
    tx.bulk(&UPDATE, &[values(workspace, stored)]).await?;
    Ok(())
}

/// The deployment of that flow and name.
pub(crate) async fn id_by_key(
    conn: &Conn,
    workspace: WorkspaceId,
    flow: FlowId,
    name: &str,
) -> Result<Option<DeploymentId>, DbError> {
    conn.query_one(&ID_BY_KEY, &params![workspace, flow, name], |row| {
        row.take()
    })
    .await
}

/// Locks a deployment and reads it, without its schedules.
pub(crate) async fn lock(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
) -> Result<Option<Stored>, DbError> {
    tx.query(&LOCK, &params![workspace, vec![id.0]], |row| {
        row.take::<Uuid>()
    })
    .await?;
    Ok(by_ids(tx, workspace, vec![id.0]).await?.pop())
}

/// Deployments by their ids, without their schedules.
pub(crate) async fn by_ids(
    conn: &Conn,
    workspace: WorkspaceId,
    ids: Vec<Uuid>,
) -> Result<Vec<Stored>, DbError> {
    let text = format!(
        "SELECT {COLUMNS} {FROM} WHERE d.workspace_id = ?1 AND d.id = ANY(?2) ORDER BY d.id"
    );
    conn.query(&text, &params![workspace, ids], read).await
}

/// A deployment as it is shown.
pub(crate) async fn by_id(
    conn: &Conn,
    workspace: WorkspaceId,
    id: DeploymentId,
    now: Timestamp,
) -> Result<Option<Deployment>, DbError> {
    let found = by_ids(conn, workspace, vec![id.0]).await?;
    Ok(complete(conn, workspace, found, now).await?.pop())
}

/// The deployment of that name of the flow of that name.
pub(crate) async fn by_name(
    conn: &Conn,
    workspace: WorkspaceId,
    flow: &str,
    name: &str,
    now: Timestamp,
) -> Result<Option<Deployment>, DbError> {
    let text = format!(
        "SELECT {COLUMNS} {FROM} JOIN flow f ON f.id = d.flow_id
         WHERE f.workspace_id = ?1 AND f.name = ?2 AND d.workspace_id = ?1 AND d.name = ?3"
    );
    let found = conn
        .query(&text, &params![workspace, flow, name], read)
        .await?;
    Ok(complete(conn, workspace, found, now).await?.pop())
}

/// Deployments that match, as they are shown.
pub(crate) async fn list(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
    sort: DeploymentSort,
    page: Page,
    now: Timestamp,
) -> Result<Vec<Deployment>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} {FROM}"));
    crate::filter::deployments(&mut query, workspace, filters);
    query
        .push(match sort {
            DeploymentSort::CreatedDesc => " ORDER BY d.created DESC, d.id DESC",
            DeploymentSort::UpdatedDesc => " ORDER BY d.updated DESC, d.id DESC",
            DeploymentSort::NameAsc => " ORDER BY d.name, d.id",
            DeploymentSort::NameDesc => " ORDER BY d.name DESC, d.id DESC",
        })
        .page(page);
    let found = conn.query(&query.text, &query.params, read).await?;
    complete(conn, workspace, found, now).await
}

pub(crate) async fn count(
    conn: &Conn,
    workspace: WorkspaceId,
    filters: &Filters,
) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM deployment d");
    crate::filter::deployments(&mut query, workspace, filters);
    query.number(conn).await
}

/// How many deployments each of these flows has; those with none are left out.
pub(crate) async fn count_by_flow(
    conn: &Conn,
    workspace: WorkspaceId,
    flows: Vec<Uuid>,
) -> Result<Vec<(FlowId, i64)>, DbError> {
    conn.query(&COUNT_BY_FLOW, &params![workspace, flows], |row| {
        Ok((row.take()?, row.take()?))
    })
    .await
}

/// The deployments of a flow.
pub(crate) async fn of_flow(
    conn: &Conn,
    workspace: WorkspaceId,
    flow: FlowId,
) -> Result<Vec<DeploymentId>, DbError> {
    conn.query(&OF_FLOW, &params![workspace, flow], |row| row.take())
        .await
}

/// Deletes the row alone; false where there is none.
pub(crate) async fn delete(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
) -> Result<bool, DbError> {
    Ok(tx.execute(&DELETE, &params![workspace, id]).await? > 0)
}

/// Adds what other tables hold of deployments.
async fn complete(
    conn: &Conn,
    workspace: WorkspaceId,
    stored: Vec<Stored>,
    now: Timestamp,
) -> Result<Vec<Deployment>, DbError> {
    let ids: Vec<Uuid> = stored.iter().map(|one| one.deployment.id.0).collect();
    let mut schedules = deployment_schedule::of(conn, workspace, ids).await?;
    let limits: Vec<Uuid> = stored.iter().filter_map(|one| Some(one.limit?.0)).collect();
    let limits = if limits.is_empty() {
        Vec::new()
    } else {
        deployment_limit::shown(conn, workspace, limits, now).await?
    };
    Ok(stored
        .into_iter()
        .map(
            |Stored {
                 mut deployment,
                 limit,
             }| {
                deployment.schedules = schedules.remove(&deployment.id).unwrap_or_default();
                deployment.global_concurrency_limit =
                    limits.iter().find(|it| Some(it.id) == limit).cloned();
                deployment
            },
        )
        .collect())
}

/// A deployment with nothing but its key.
pub(crate) fn new(id: DeploymentId, flow_id: FlowId, name: String, now: Timestamp) -> Stored {
    Stored {
        deployment: Deployment {
            id,
            created: Some(now),
            updated: Some(now),
            name,
            version: None,
            description: None,
            flow_id,
            paused: false,
            schedules: Vec::new(),
            concurrency_limit: None,
            global_concurrency_limit: None,
            concurrency_options: None,
            job_variables: JsonObject::default(),
            parameters: JsonObject::default(),
            tags: Vec::new(),
            labels: JsonObject::default(),
            work_queue_name: None,
            work_queue_id: None,
            last_polled: None,
            parameter_openapi_schema: Some(JsonObject::default()),
            path: None,
            pull_steps: Some(Vec::new()),
            entrypoint: None,
            storage_document_id: None,
            infrastructure_document_id: None,
            created_by: None,
            updated_by: None,
            work_pool_name: None,
            status: Some(DeploymentStatus::NotReady),
            enforce_parameter_schema: true,
        },
        limit: None,
    }
}
