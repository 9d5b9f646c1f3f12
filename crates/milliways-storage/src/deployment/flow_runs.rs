//! Runs of a deployment that somebody asks for.

use milliways_model::deployment::{FlowRunCreateResult, FlowRunCreateStatus};
use milliways_model::names::{check_run_name, generate};
use milliways_model::{
    DeploymentFlowRunCreate, DeploymentId, FlowRun, FlowRunId, JsonObject, StateCreate, StateType,
    WorkspaceId, uuid7,
};

use super::checks::{self, Unaccepted};
use crate::db::Tx;
use crate::error::StoreError;
use crate::labels;
use crate::pools;
use crate::scope::{Origin, begin_flow_run, check_references, draw};
use crate::tables::deployment::{self, Stored};

/// Makes a run of a deployment, or finds the one of the same idempotency key; says whether it was made. None where
/// there is no such deployment.
pub(crate) async fn create(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    create: &DeploymentFlowRunCreate,
    origin: &Origin,
) -> Result<Option<(FlowRun, bool)>, StoreError> {
    let Some(stored) = deployment::by_ids(tx, workspace, vec![id.0]).await?.pop() else {
        return Ok(None);
    };
    let refuse = |error: Unaccepted| error.about("creating flow run", "flow run");
    make(tx, workspace, &stored, create, origin, refuse)
        .await
        .map(Some)
}

/// Makes several runs; what can't be made is told of, and keeps none of the others. None where there is no such
/// deployment.
pub(crate) async fn create_several(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    creates: &[DeploymentFlowRunCreate],
    origin: &Origin,
) -> Result<Option<Vec<FlowRunCreateResult>>, StoreError> {
    let Some(stored) = deployment::by_ids(tx, workspace, vec![id.0]).await?.pop() else {
        return Ok(None);
    };
    let mut results = Vec::with_capacity(creates.len());
    for create in creates {
        let made = make(tx, workspace, &stored, create, origin, Unaccepted::in_bulk).await;
        results.push(match made {
            Ok((run, _)) => FlowRunCreateResult {
                flow_run_id: Some(run.id),
                status: FlowRunCreateStatus::Created,
                error: None,
            },
            // What is wrong with the request was found before anything was written; other failures end all.
            Err(
                error @ (StoreError::Invalid { .. }
                | StoreError::NotFound(_)
                | StoreError::Conflict(_)
                | StoreError::Impossible(_)
                | StoreError::Unfit(_)),
            ) => FlowRunCreateResult {
                flow_run_id: None,
                status: FlowRunCreateStatus::Failed,
                error: Some(error.to_string()),
            },
            Err(error) => return Err(error),
        });
    }
    Ok(Some(results))
}

async fn make(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    stored: &Stored,
    create: &DeploymentFlowRunCreate,
    origin: &Origin,
    refuse: impl Fn(Unaccepted) -> StoreError,
) -> Result<(FlowRun, bool), StoreError> {
    if let Some(name) = create.name.as_deref().filter(|name| !name.is_empty()) {
        check_run_name(name).map_err(|error| StoreError::Invalid {
            location: "body.name",
            reason: error.to_string(),
        })?;
    }
    let named = (create.parent_task_run_id, create.infrastructure_document_id);
    check_references(tx, workspace, named).await?;
    let it = &stored.deployment;
    let parameters = overlaid(&it.parameters, &create.parameters);
    let parameters = checks::hydrated(tx, workspace, &parameters)
        .await
        .map_err(&refuse)?;
    if create
        .enforce_parameter_schema
        .unwrap_or(it.enforce_parameter_schema)
    {
        let schema = it.parameter_openapi_schema.as_ref();
        checks::fit(&parameters, schema, false).map_err(&refuse)?;
    }
    let (variables, what) = (create.job_variables.as_ref(), "creating flow run");
    checks::job_variables_of_run(tx, workspace, stored, variables, what).await?;
    let (queue_id, queue_name) = match &create.work_queue_name {
        None => (it.work_queue_id, it.work_queue_name.clone()),
        Some(name) => {
            let Some(pool) = &it.work_pool_name else {
                return Err(StoreError::Impossible(format!(
                    "Cannot create flow run in work queue {name} because deployment {} is not associated with a \
                     work pool. Please remove work_pool_name and try again.",
                    it.id
                )));
            };
            let queue = pools::find_or_make_queue(tx, workspace, Some(pool), Some(name)).await?;
            (queue.map(|queue| queue.id), Some(name.clone()))
        }
    };
    let mut tags = it.tags.clone();
    for tag in &create.tags {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "64 of 128 random bits are wanted"
    )]
    let bits = draw() as u64;
    let name = create.name.clone().filter(|name| !name.is_empty());
    let row = FlowRun {
        deployment_id: Some(it.id),
        deployment_version: it.version.clone(),
        work_queue_id: queue_id,
        work_queue_name: queue_name,
        parameters,
        idempotency_key: create.idempotency_key.clone(),
        context: create.context.clone(),
        empirical_policy: create.empirical_policy.clone(),
        tags,
        labels: labels::of_deployment_run(it, create.labels.as_ref()),
        parent_task_run_id: create.parent_task_run_id,
        infrastructure_document_id: create
            .infrastructure_document_id
            .or(it.infrastructure_document_id),
        created_by: origin.created_by.clone(),
        job_variables: Some(create.job_variables.clone().unwrap_or_default()),
        ..FlowRun::new(
            FlowRunId(uuid7(tx.now, draw())),
            name.unwrap_or_else(|| generate(bits)),
            it.flow_id,
        )
    };
    let first = create
        .state
        .clone()
        .unwrap_or_else(|| StateCreate::new(StateType::Scheduled));
    begin_flow_run(tx, workspace, row, first, origin.client).await
}

/// Parameters with others put over them, key by key.
pub(super) fn overlaid(under: &JsonObject, over: &JsonObject) -> JsonObject {
    if over.is_empty() {
        return under.clone();
    }
    let mut map = under.to_map();
    map.extend(over.to_map());
    JsonObject::from_map(&map)
}
