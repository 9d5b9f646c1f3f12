//! What is to be started for a run: the pool's job template, filled in with what deployment and run ask for.

mod configuration;
mod placeholders;
mod references;

pub(crate) use configuration::Configuration;
pub(crate) use placeholders::{Found, dig, fill, names};
pub(crate) use references::References;

use milliways_client::Client;
use milliways_model::{Deployment, FlowRun, WorkPool};

/// Why nothing can be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A placeholder that the API can't give a value for.
    #[error("`{{{{ {name} }}}}` can't be resolved: {reason}")]
    Reference { name: String, reason: String },
    /// A part of the configuration is of the wrong type.
    #[error("the job's `{field}` is not {expected}: {found}")]
    Shape {
        field: &'static str,
        expected: &'static str,
        found: String,
    },
    #[error(transparent)]
    Client(#[from] milliways_client::Error),
}

/// Reads what a run asks for, resolves it, and says what is to be started.
pub(crate) async fn configuration(
    client: &Client,
    pool: &WorkPool,
    deployment: Option<&Deployment>,
    run: &FlowRun,
) -> Result<Configuration, Error> {
    let asked = configuration::asked_for(deployment, run);
    let template = configuration::populated(&pool.base_job_template.to_map(), asked);
    let references = References::of(client, &template).await?;
    Configuration::read(&references.resolve(&template))
}
