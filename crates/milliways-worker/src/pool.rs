//! The work pool of a worker: found, or made as the worker was told.

use milliways_client::{Client, Error as ClientError};
use milliways_model::{JsonObject, WorkPool, WorkPoolCreate};
use serde_json::Value;
use tracing::{info, warn};

use crate::{Error, NewPool, Options, Result};

/// The type of pools whose runs are processes.
pub(crate) const PROCESS: &str = "process";

/// The pool; made where there is none and the worker is to make it.
pub(crate) async fn find_or_make(client: &Client, options: &Options) -> Result<WorkPool> {
    let name = &options.pool;
    let pool = match client.work_pool(name).await? {
        Some(pool) => pool,
        None => match &options.new_pool {
            Some(wanted) => make(client, name, wanted).await?,
            None => return Err(Error::NoPool { name: name.clone() }),
        },
    };
    check(&pool)?;
    Ok(pool)
}

fn check(pool: &WorkPool) -> Result<()> {
    if pool.r#type == PROCESS {
        return Ok(());
    }
    Err(Error::OtherKind {
        name: pool.name.clone(),
        kind: pool.r#type.clone(),
        hint: "start this worker on a pool of type `process`",
    })
}

async fn make(client: &Client, name: &str, wanted: &NewPool) -> Result<WorkPool> {
    let mut create = WorkPoolCreate::new(name, &wanted.kind);
    create.base_job_template = match &wanted.template {
        Some(template) => template.clone(),
        None => usual_template(client, &wanted.kind).await,
    };
    match client.create_work_pool(&create).await {
        Ok(pool) => {
            info!(pool = name, "the work pool was made");
            Ok(pool)
        }
        // Another worker was quicker.
        Err(ClientError::Status { status: 409, .. }) => match client.work_pool(name).await? {
            Some(pool) => Ok(pool),
            None => Err(Error::NoPool {
                name: name.to_owned(),
            }),
        },
        Err(error) => Err(error.into()),
    }
}

/// The server's own template for a type. Without one a pool works as well: its runs are started as the worker knows.
async fn usual_template(client: &Client, kind: &str) -> JsonObject {
    let types = client.worker_types().await.unwrap_or_else(|error| {
        warn!(%error, "the server does not tell its job templates");
        Value::Null
    });
    let collections = types.as_object().into_iter().flatten();
    let template = collections
        .filter_map(|(_, types)| types.get(kind)?.get("default_base_job_configuration"))
        .find_map(Value::as_object);
    template.map_or_else(JsonObject::default, JsonObject::from_map)
}
