//! Making a deployment, and changing one.

use milliways_model::deployment::{ConcurrencyOptions, Given, UpdatedBy};
use milliways_model::flow_run::CreatedBy;
use milliways_model::names::check_object_name;
use milliways_model::work_pool::DEFAULT_AGENT_POOL;
use milliways_model::{
    BlockDocumentId, ConcurrencyLimitId, Deployment, DeploymentCreate, DeploymentId,
    DeploymentUpdate, JsonObject, WorkspaceId, uuid7,
};

use super::{checks, events, removal, schedules};
use crate::db::Tx;
use crate::error::StoreError;
use crate::scope::{check_block, draw};
use crate::tables::{deployment, flow};
use crate::{deployment_limit, pools};

/// What is set; what is none stays as it is.
#[derive(Clone, Debug, Default)]
struct Changes {
    version: Given<String>,
    description: Given<String>,
    paused: Option<bool>,
    concurrency_limit: Given<i64>,
    concurrency_options: Given<ConcurrencyOptions>,
    global_concurrency_limit_id: Given<ConcurrencyLimitId>,
    parameters: Option<JsonObject>,
    parameter_openapi_schema: Given<JsonObject>,
    enforce_parameter_schema: Option<bool>,
    tags: Option<Vec<String>>,
    labels: Option<JsonObject>,
    work_queue_name: Given<String>,
    work_pool_name: Given<String>,
    path: Given<String>,
    entrypoint: Given<String>,
    pull_steps: Given<Vec<JsonObject>>,
    job_variables: Option<JsonObject>,
    storage_document_id: Given<BlockDocumentId>,
    infrastructure_document_id: Given<BlockDocumentId>,
}

impl Changes {
    fn of_create(create: DeploymentCreate, labels: JsonObject) -> Self {
        Self {
            version: create.version,
            description: create.description,
            paused: create.paused,
            concurrency_limit: create.concurrency_limit,
            concurrency_options: create.concurrency_options,
            global_concurrency_limit_id: create.global_concurrency_limit_id,
            // Unlike other keys, parameters that are not given are none.
            parameters: Some(create.parameters.unwrap_or_default()),
            parameter_openapi_schema: create.parameter_openapi_schema,
            enforce_parameter_schema: create.enforce_parameter_schema,
            tags: create.tags,
            labels: Some(labels),
            work_queue_name: create.work_queue_name,
            work_pool_name: create.work_pool_name,
            path: create.path,
            entrypoint: create.entrypoint,
            pull_steps: create.pull_steps,
            job_variables: create.job_variables,
            storage_document_id: create.storage_document_id,
            infrastructure_document_id: create.infrastructure_document_id,
        }
    }

    fn of_update(update: DeploymentUpdate) -> Self {
        Self {
            version: update.version,
            description: update.description,
            paused: update.paused,
            concurrency_limit: update.concurrency_limit,
            concurrency_options: update.concurrency_options,
            global_concurrency_limit_id: update.global_concurrency_limit_id,
            parameters: update.parameters.flatten(),
            parameter_openapi_schema: update.parameter_openapi_schema,
            enforce_parameter_schema: update.enforce_parameter_schema.flatten(),
            tags: update.tags,
            labels: None,
            work_queue_name: update.work_queue_name,
            work_pool_name: update.work_pool_name,
            path: update.path,
            entrypoint: update.entrypoint,
            pull_steps: update.pull_steps,
            job_variables: update.job_variables,
            storage_document_id: update.storage_document_id,
            infrastructure_document_id: update.infrastructure_document_id,
        }
    }

    /// The queue that the deployment's runs wait in from now on: found or made.
    async fn settle_queue(
        &self,
        tx: &Tx<'_>,
        workspace: WorkspaceId,
        after: &mut deployment::Stored,
    ) -> Result<(), StoreError> {
        let (pool, queue) = (self.work_pool_name.as_ref(), self.work_queue_name.as_ref());
        let name = |given: Option<&Option<String>>| given.cloned().flatten();
        if pool == Some(&None) {
            after.deployment.work_queue_id = None;
            return Ok(());
        }
        let (pool, queue) = (name(pool), name(queue));
        let found = pools::find_or_make_queue(tx, workspace, pool.as_deref(), queue.as_deref());
        if let Some(queue) = found.await? {
            after.deployment.work_queue_id = Some(queue.id);
            after.deployment.work_queue_name = Some(queue.name);
            after.deployment.work_pool_name = queue.work_pool_name;
        }
        Ok(())
    }

    /// The limit whose slots the deployment's runs take from now on: one of its own, or one that it shares.
    async fn settle_limit(
        &self,
        tx: &Tx<'_>,
        workspace: WorkspaceId,
        after: &mut deployment::Stored,
    ) -> Result<(), StoreError> {
        let id = after.deployment.id;
        if let Some(shared) = self.global_concurrency_limit_id {
            let wanted = shared.map(|shared| vec![shared.0]).unwrap_or_default();
            let found = deployment_limit::shown(tx, workspace, wanted, tx.now).await?;
            if shared.is_some() && found.is_empty() {
                return Err(StoreError::NotFound(
                    "Concurrency limit not found".to_owned(),
                ));
            }
            after.limit = shared;
        }
        match self.concurrency_limit {
            None => {}
            Some(Some(slots)) => {
                after.limit = Some(deployment_limit::keep(tx, workspace, id, slots).await?);
            }
            Some(None) => {
                deployment_limit::drop(tx, workspace, id).await?;
                after.limit = self.global_concurrency_limit_id.flatten();
            }
        }
        Ok(())
    }

    /// What is wrong with limits, whatever there is.
    fn check_limits(&self) -> Result<(), StoreError> {
        let invalid = |location, reason: &str| {
            Err(StoreError::Invalid {
                location,
                reason: reason.to_owned(),
            })
        };
        let slots = self.concurrency_limit.flatten();
        if slots.is_some() && self.global_concurrency_limit_id.flatten().is_some() {
            return invalid(
                "body",
                "Value error, A deployment cannot have both a concurrency limit and a global concurrency limit.",
            );
        }
        if slots.is_some_and(|slots| slots < 1) {
            return invalid("body.concurrency_limit", "Input should be greater than 0");
        }
        let options = self.concurrency_options.as_ref().and_then(Option::as_ref);
        match options.and_then(|options| options.grace_period_seconds) {
            Some(grace) if !(60..=86_400).contains(&grace) => invalid(
                "body.concurrency_options.grace_period_seconds",
                "Input should be from 60 to 86400",
            ),
            _ => Ok(()),
        }
    }

    /// Sets the fields that stand for themselves.
    fn set(self, stored: &mut deployment::Stored) {
        fn set<T>(field: &mut T, given: Option<T>) {
            if let Some(value) = given {
                *field = value;
            }
        }
        let it = &mut stored.deployment;
        set(&mut it.version, self.version);
        set(&mut it.description, self.description);
        set(&mut it.paused, self.paused);
        set(&mut it.concurrency_options, self.concurrency_options);
        set(&mut it.parameters, self.parameters);
        set(
            &mut it.parameter_openapi_schema,
            self.parameter_openapi_schema,
        );
        set(
            &mut it.enforce_parameter_schema,
            self.enforce_parameter_schema,
        );
        set(&mut it.tags, self.tags);
        set(&mut it.labels, self.labels);
        set(&mut it.work_queue_name, self.work_queue_name);
        set(&mut it.path, self.path);
        set(&mut it.entrypoint, self.entrypoint);
        set(&mut it.pull_steps, self.pull_steps);
        set(&mut it.job_variables, self.job_variables);
        set(&mut it.storage_document_id, self.storage_document_id);
        set(
            &mut it.infrastructure_document_id,
            self.infrastructure_document_id,
        );
    }
}

/// Who makes or changes a deployment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Makers {
    pub(crate) created_by: Option<CreatedBy>,
    pub(crate) updated_by: Option<UpdatedBy>,
}

/// Makes a deployment, or changes the one of that flow and name; says whether it was made.
pub(crate) async fn create(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    create: DeploymentCreate,
    makers: Makers,
) -> Result<(DeploymentId, bool), StoreError> {
    let Some(flow) = flow::by_id(tx, workspace, create.flow_id).await? else {
        return Err(StoreError::integrity("the flow does not exist."));
    };
    for (what, block) in [
        (
            "infrastructure",
            create.infrastructure_document_id.flatten(),
        ),
        ("storage", create.storage_document_id.flatten()),
    ] {
        if let Some(id) = block
            && check_block(tx, workspace, block).await.is_err()
        {
            return Err(StoreError::Conflict(format!(
                "Error creating deployment. Could not find {what} block with id: {id}."
            )));
        }
    }
    let fresh = deployment::new(
        DeploymentId(uuid7(tx.now, draw())),
        flow.id,
        create.name.clone(),
        tx.now,
    );
    let is_new = deployment::insert(tx, workspace, &fresh).await?;
    let id = if is_new {
        fresh.deployment.id
    } else {
        let found = deployment::id_by_key(tx, workspace, flow.id, &create.name).await?;
        found.ok_or(StoreError::Missing("Deployment"))?
    };
    let before = deployment::lock(tx, workspace, id)
        .await?
        .ok_or(StoreError::Missing("Deployment"))?;
    if !create.name.is_empty() {
        check_object_name(&create.name).map_err(|flaw| StoreError::Name("body.name", flaw))?;
    }
    if create.enforce_parameter_schema == Some(true) {
        let schema = create
            .parameter_openapi_schema
            .as_ref()
            .and_then(Option::as_ref);
        checks::fit_of_new(create.parameters.as_ref(), schema)?;
    }
    if let Some(pool) = create.work_pool_name.as_ref().and_then(Option::as_ref)
        && pool != DEFAULT_AGENT_POOL
    {
        let variables = create.job_variables.clone().unwrap_or_default();
        let what = "creating deployment";
        checks::job_variables_of_deployment(tx, workspace, pool, &variables, what).await?;
    }
    let labels =
        crate::labels::of_deployment(flow.id, flow.labels.as_ref(), create.labels.as_ref());
    let new_schedules = create.schedules.clone();
    let mut after = before.clone();
    let changes = Changes::of_create(create, labels);
    changes.check_limits()?;
    changes.settle_limit(tx, workspace, &mut after).await?;
    changes.settle_queue(tx, workspace, &mut after).await?;
    changes.set(&mut after);
    after.deployment.updated = Some(tx.now);
    if is_new {
        after.deployment.created_by = makers.created_by;
    }
    after.deployment.updated_by = makers.updated_by;
    deployment::write(tx, workspace, &after).await?;
    schedules::replace(tx, workspace, id, new_schedules).await?;
    removal::scheduled_runs(tx, workspace, id, removal::Which::FutureOfSchedules).await?;
    if is_new {
        events::emit(tx, workspace, "created", &after, JsonObject::default()).await?;
    } else if let Some(payload) = events::changes(&before, &after) {
        events::emit(tx, workspace, "updated", &after, payload).await?;
    }
    Ok((id, is_new))
}

/// Changes a deployment; false where there is none.
pub(crate) async fn update(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    update: DeploymentUpdate,
) -> Result<bool, StoreError> {
    let Some(before) = deployment::lock(tx, workspace, id).await? else {
        return Ok(false);
    };
    let update = checked(tx, workspace, &before.deployment, update).await?;
    check_block(tx, workspace, update.infrastructure_document_id.flatten()).await?;
    check_block(tx, workspace, update.storage_document_id.flatten()).await?;
    let new_schedules = update.schedules.clone();
    let mut after = before.clone();
    let changes = Changes::of_update(update);
    changes.check_limits()?;
    changes.settle_limit(tx, workspace, &mut after).await?;
    changes.settle_queue(tx, workspace, &mut after).await?;
    changes.set(&mut after);
    after.deployment.updated = Some(tx.now);
    deployment::write(tx, workspace, &after).await?;
    schedules::update(tx, workspace, id, new_schedules).await?;
    removal::scheduled_runs(tx, workspace, id, removal::Which::FutureOfSchedules).await?;
    if let Some(payload) = events::changes(&before, &after) {
        events::emit(tx, workspace, "updated", &after, payload).await?;
    }
    Ok(true)
}

/// A change whose parameters are hydrated and fit, and whose job variables do.
async fn checked(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    before: &Deployment,
    mut update: DeploymentUpdate,
) -> Result<DeploymentUpdate, StoreError> {
    if let Some(pool) = update.work_pool_name.as_ref().and_then(Option::as_ref) {
        let variables = update.job_variables.clone().unwrap_or_default();
        let what = "updating deployment";
        checks::job_variables_of_deployment(tx, workspace, pool, &variables, what).await?;
    }
    for (is_null, what) in [
        (update.parameters == Some(None), "parameters"),
        (
            update.enforce_parameter_schema == Some(None),
            "enforce_parameter_schema",
        ),
    ] {
        if is_null {
            return Err(StoreError::integrity(&format!("{what} can't be null.")));
        }
    }
    let refuse = |error: checks::Unaccepted| error.about("updating deployment", "deployment");
    if let Some(Some(parameters)) = &mut update.parameters {
        let hydrated = checks::hydrated(tx, workspace, parameters).await;
        *parameters = hydrated.map_err(refuse)?;
    }
    let enforces = update.enforce_parameter_schema.flatten();
    if enforces.unwrap_or(before.enforce_parameter_schema) {
        let given = update
            .parameter_openapi_schema
            .as_ref()
            .and_then(Option::as_ref);
        let given = given.filter(|schema| !schema.is_empty());
        let schema = given.or(before.parameter_openapi_schema.as_ref());
        let parameters = update.parameters.as_ref().and_then(Option::as_ref);
        let parameters = parameters.unwrap_or(&before.parameters);
        checks::fit(parameters, schema, true).map_err(refuse)?;
    }
    Ok(update)
}

/// Turns a deployment's schedules off or on; false where there is no such deployment.
pub(crate) async fn pause(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    paused: bool,
) -> Result<bool, StoreError> {
    let Some(mut stored) = deployment::lock(tx, workspace, id).await? else {
        return Ok(false);
    };
    if stored.deployment.paused != paused {
        stored.deployment.paused = paused;
        stored.deployment.updated = Some(tx.now);
        deployment::write(tx, workspace, &stored).await?;
    }
    if paused {
        removal::scheduled_runs(tx, workspace, id, removal::Which::OfSchedules).await?;
    } else {
        crate::tables::deployment_schedule::look_now(tx, workspace, id).await?;
    }
    Ok(true)
}
