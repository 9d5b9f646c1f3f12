//! Parameters and job variables of deployments and their runs, held against the schemas that they have to fit.

use std::collections::BTreeMap;

use milliways_model::{
    BlockDocumentId, DeploymentId, FlowRunId, JsonObject, StateType, WorkPoolId, WorkspaceId,
};
use milliways_orchestration::parameters::{
    Hydration, HydrationError, JobVariables, JobVariablesError, Preparation, Refused, Schema,
    Unusable, hydrate, mentions_variables,
};
use milliways_orchestration::template::Given;
use serde_json::{Map, Value};

use crate::blocks::documents;
use crate::db::Tx;
use crate::error::StoreError;
use crate::scope::{MOST_VALUES, draw};
use crate::tables::deployment::Stored;
use crate::tables::{block_document, deployment, flow_run, variable, work_pool, work_queue};

/// What stands in an object that stands for a value.
const KIND: &str = "__prefect_kind";

/// Why parameters are not accepted.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unaccepted {
    /// Something that stands for a value stands for none.
    #[error("{0}")]
    Hydration(#[from] HydrationError),
    /// They have to fit a schema, and there is none.
    #[error(
        "Cannot update parameters because parameter schema enforcement is enabled and the deployment does not have \
         a valid parameter schema."
    )]
    NoSchema,
    /// They don't fit, or the schema can't be used.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Unaccepted {
    /// In the words of a request about `what`, such as `creating flow run`.
    pub(super) fn about(self, what: &str, parameters: &str) -> StoreError {
        match self {
            Self::Hydration(error) => {
                StoreError::Impossible(format!("Error hydrating {parameters} parameters: {error}"))
            }
            Self::NoSchema => {
                StoreError::Conflict(format!("Error updating deployment: {}", Self::NoSchema))
            }
            Self::Refused(Refused::Values(text)) => {
                StoreError::Conflict(format!("Error {what}: {text}"))
            }
            Self::Refused(Refused::Schema(unusable)) => StoreError::Unfit(unusable.to_string()),
            Self::Store(error) => error,
        }
    }

    /// In the words of an answer for one of several runs.
    pub(super) fn in_bulk(self) -> StoreError {
        match self {
            Self::NoSchema => StoreError::Conflict(
                "Parameter schema enforcement is enabled but deployment has no valid schema."
                    .to_owned(),
            ),
            Self::Refused(Refused::Schema(Unusable::Circular)) => {
                StoreError::Unfit("Invalid schema: circular references detected.".to_owned())
            }
            Self::Refused(error) => {
                StoreError::Conflict(format!("Parameter validation failed: {error}"))
            }
            Self::Hydration(error) => StoreError::Impossible(error.to_string()),
            Self::Store(error) => error,
        }
    }
}

/// Parameters with values in the place of what stands for them.
pub(super) async fn hydrated(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    parameters: &JsonObject,
) -> Result<JsonObject, Unaccepted> {
    if !parameters.get().contains(KIND) {
        return Ok(parameters.clone());
    }
    let map = parameters.to_map();
    let variables = if mentions_variables(&map) {
        workspace_variables(tx, workspace).await?
    } else {
        BTreeMap::new()
    };
    let with = Hydration {
        variables: Some(&variables),
        templates: Some(Given {
            context: &Map::new(),
            now: tx.now,
            random: draw(),
        }),
    };
    Ok(JsonObject::from_map(&hydrate(&map, with).complete()?))
}

/// Holds parameters against a schema.
pub(super) fn fit(
    parameters: &JsonObject,
    schema: Option<&JsonObject>,
    ignore_required: bool,
) -> Result<(), Unaccepted> {
    let schema = schema.ok_or(Unaccepted::NoSchema)?;
    let preparation = Preparation {
        ignore_required,
        ..Preparation::default()
    };
    Ok(Schema::new(schema.to_map(), preparation).enforce(&parameters.to_map())?)
}

/// Holds the parameters of a new deployment against its schema, where it says that they have to fit: as they are, and
/// as far as they are there.
pub(super) fn fit_of_new(
    parameters: Option<&JsonObject>,
    schema: Option<&JsonObject>,
) -> Result<(), StoreError> {
    let Some(schema) = schema else { return Ok(()) };
    let preparation = Preparation {
        preprocess: false,
        allow_none_with_default: false,
        ignore_required: true,
    };
    let nothing = JsonObject::default();
    let values = parameters.unwrap_or(&nothing).to_map();
    let checked = Schema::new(schema.to_map(), preparation).enforce(&values);
    checked.map_err(|error| {
        let text = match error {
            Refused::Schema(Unusable::Invalid(text)) => {
                format!("The provided schema is not a valid json schema. Schema error: {text}")
            }
            other => other.to_string(),
        };
        StoreError::Invalid {
            location: "body",
            reason: format!("Value error, {text}"),
        }
    })
}

/// Holds the job variables of a deployment against those that its pool declares.
pub(super) async fn job_variables_of_deployment(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: &str,
    variables: &JsonObject,
    what: &str,
) -> Result<(), StoreError> {
    let Some(pool) = work_pool::by_name(tx, workspace, pool).await? else {
        return Err(StoreError::NotFound(format!(
            "Work pool \"{pool}\" not found."
        )));
    };
    if variables.is_empty() {
        return Ok(());
    }
    let over = [variables.to_map()];
    check_job_variables(tx, workspace, pool.id, &over, false, what).await
}

/// Holds the job variables of a run, above those of its deployment, against those that their pool declares.
pub(super) async fn job_variables_of_run(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    stored: &Stored,
    variables: Option<&JsonObject>,
    what: &str,
) -> Result<(), StoreError> {
    let Some(queue) = stored.deployment.work_queue_id else {
        return Ok(());
    };
    let queue = work_queue::by_id(tx, workspace, queue).await?;
    let Some(pool) = queue.and_then(|queue| queue.work_pool_id) else {
        return Ok(());
    };
    let over = [
        stored.deployment.job_variables.to_map(),
        variables.map(JsonObject::to_map).unwrap_or_default(),
    ];
    check_job_variables(tx, workspace, pool, &over, true, what).await
}

/// Holds the job variables of an action that runs a deployment against those that its pool declares.
pub(crate) async fn job_variables_of_action(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    id: DeploymentId,
    variables: &JsonObject,
) -> Result<(), StoreError> {
    let Some(stored) = deployment::by_ids(tx, workspace, vec![id.0]).await?.pop() else {
        return Err(StoreError::NotFound("Deployment not found.".to_owned()));
    };
    job_variables_of_run(
        tx,
        workspace,
        &stored,
        Some(variables),
        "creating automation",
    )
    .await
}

async fn check_job_variables(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    pool: WorkPoolId,
    over: &[Map<String, Value>],
    is_complete: bool,
    what: &str,
) -> Result<(), StoreError> {
    let Some(pool) = work_pool::by_id(tx, workspace, pool).await? else {
        return Ok(());
    };
    let template = pool.base_job_template.to_map();
    let Some(declared) = JobVariables::of(&template) else {
        return Ok(());
    };
    let refuse = |error| refused(error, &format!("Error {what}"));
    let blocks = default_blocks(tx, workspace, declared.blocks().map_err(refuse)?).await?;
    let layers: Vec<&Map<String, Value>> = over.iter().collect();
    let checked = if is_complete {
        declared.check_run(&blocks, &layers)
    } else {
        declared.check_deployment(&blocks, &over[0])
    };
    checked.map_err(refuse)
}

/// Holds the defaults of a pool's template against the schema that declares them.
pub(crate) async fn job_variable_defaults(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    template: &JsonObject,
) -> Result<(), StoreError> {
    let template = template.to_map();
    let Some(declared) = JobVariables::of(&template) else {
        return Ok(());
    };
    let refuse = |error| {
        refused(
            error,
            "Validation failed for work pool's job variable defaults",
        )
    };
    let blocks = default_blocks(tx, workspace, declared.blocks().map_err(refuse)?).await?;
    declared.check_defaults(&blocks).map_err(refuse)
}

fn refused(error: JobVariablesError, what: &str) -> StoreError {
    match error {
        JobVariablesError::BlockNotFound => StoreError::NotFound(error.to_string()),
        JobVariablesError::Refused(Refused::Values(text)) => {
            StoreError::Unfit(format!("{what}: {text}"))
        }
        JobVariablesError::Refused(Refused::Schema(error)) => StoreError::Unfit(error.to_string()),
    }
}

/// Holds job variables that a run is given later against those that its pool declares.
pub(crate) async fn new_job_variables(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    run: FlowRunId,
    variables: &JsonObject,
) -> Result<(), StoreError> {
    let Some(run) = flow_run::by_id(tx, workspace, run, tx.now).await? else {
        return Err(StoreError::NotFound("Flow run not found".to_owned()));
    };
    match run.state_type {
        None => {
            let text = "Flow run state is required to update job variables but none exists";
            return Err(StoreError::Impossible(text.to_owned()));
        }
        Some(StateType::Scheduled) => {}
        Some(other) => {
            return Err(StoreError::Impossible(format!(
                "Job variables for a flow run in state {} cannot be updated",
                other.as_str()
            )));
        }
    }
    let stored = match run.deployment_id {
        Some(id) => deployment::by_ids(tx, workspace, vec![id.0]).await?.pop(),
        None => None,
    };
    let Some(stored) = stored else {
        let text = "A deployment for the flow run could not be found";
        return Err(StoreError::Impossible(text.to_owned()));
    };
    job_variables_of_run(tx, workspace, &stored, Some(variables), "updating flow run").await
}

/// The workspace's variables, which parameters can name.
async fn workspace_variables(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
) -> Result<BTreeMap<String, Value>, StoreError> {
    let stored = variable::values(tx, workspace, MOST_VALUES).await?;
    let read = |(name, value): (String, milliways_model::Json)| (name, value.to_value());
    Ok(stored.into_iter().map(read).collect())
}

/// The data of blocks that stand for defaults of job variables. Secrets are of no account for whether they fit.
async fn default_blocks(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    ids: Vec<milliways_model::Uuid>,
) -> Result<BTreeMap<milliways_model::Uuid, Map<String, Value>>, StoreError> {
    let ids: Vec<BlockDocumentId> = ids.into_iter().map(BlockDocumentId).collect();
    let stored = block_document::by_ids(tx, workspace, &ids).await?;
    let shown = documents::shown(tx, workspace, &tx.sealer, stored, false).await?;
    Ok(shown
        .into_iter()
        .map(|it| (it.id.0, it.data.to_map()))
        .collect())
}
