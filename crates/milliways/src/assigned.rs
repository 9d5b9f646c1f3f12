//! A flow run that the server has already, and that this program is to run: a worker has started it for that.

use milliways_engine::Session;
use milliways_model::{Flow, FlowRunId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, Result, process};

/// Where the run's id is: ours first.
const VARIABLES: [&str; 2] = ["MILLIWAYS__FLOW_RUN_ID", "PREFECT__FLOW_RUN_ID"];

/// A flow run that is to be continued: by [`FlowCall::continuing`](crate::FlowCall::continuing), or
/// [`AssignedRun::parameters`] and a call.
///
/// A work pool whose job has the program as its `command` needs no more than this:
///
/// ```no_run
/// use milliways::{Result, assigned_run, flow};
/// use serde::Deserialize;
///
/// #[flow]
/// async fn report(day: String) -> Result<()> {
///     println!("{day}");
///     Ok(())
/// }
///
/// #[derive(Deserialize)]
/// struct Arguments {
///     day: String,
/// }
///
/// #[tokio::main]
/// async fn main() -> Result<()> {
///     milliways::init_logs();
///     match assigned_run()? {
///         Some(run) => {
///             let Arguments { day } = run.parameters()?;
///             report(day).continuing(run).await
///         }
///         None => report("today".to_owned()).await,
///     }
/// }
/// ```
#[derive(Debug)]
pub struct AssignedRun {
    id: FlowRunId,
    name: String,
    flow_name: String,
    run_count: u32,
    parameters: Value,
}

/// The run for which a worker has started this program; `None` where nobody has. Asks the server, and waits for it.
///
/// # Errors
/// When the server does not answer, or does not have the run.
pub fn assigned_run() -> Result<Option<AssignedRun>> {
    let named = VARIABLES.iter().find_map(|name| {
        let id = std::env::var(name).ok()?;
        (!id.is_empty()).then_some(id)
    });
    let Some(id) = named else { return Ok(None) };
    let id = id.parse().map_err(|_| Error::NoRunId { id })?;
    AssignedRun::read(id).map(Some)
}

impl AssignedRun {
    /// Any flow run that the server has. Asks the server, and waits for it.
    ///
    /// # Errors
    /// When the server does not answer, or does not have the run.
    pub fn read(id: FlowRunId) -> Result<Self> {
        let session = process::session()?;
        let run: Record = read(&session, id, &format!("/flow_runs/{id}"))?;
        let flow: Flow = read(&session, id, &format!("/flows/{}", run.flow_id))?;
        Ok(Self {
            id,
            name: run.name,
            flow_name: flow.name,
            run_count: run.run_count,
            parameters: run.parameters,
        })
    }

    /// Its id.
    pub fn id(&self) -> FlowRunId {
        self.id
    }

    /// What people see.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of its flow: for programs with several.
    pub fn flow_name(&self) -> &str {
        &self.flow_name
    }

    /// What it is to be called with. `P` has a field for each argument.
    ///
    /// # Errors
    /// When the run's parameters are not of that shape.
    pub fn parameters<P: DeserializeOwned>(&self) -> Result<P> {
        P::deserialize(&self.parameters).map_err(|error| Error::Parameters {
            id: self.id,
            reason: error.to_string(),
        })
    }

    /// How often it has started before.
    pub(crate) fn run_count(&self) -> u32 {
        self.run_count
    }
}

/// What is read of a run.
#[derive(Deserialize)]
struct Record {
    name: String,
    flow_id: milliways_model::FlowId,
    run_count: u32,
    #[serde(default)]
    parameters: Value,
}

fn read<T: DeserializeOwned>(session: &Session, id: FlowRunId, path: &str) -> Result<T> {
    let (status, body) = session.request(milliways_engine::Method::GET, path, None)?;
    if status != 200 {
        return Err(milliways_engine::Error::Claim { id, status }.into());
    }
    let read = serde_json::from_slice(&body);
    read.map_err(|source| {
        let what = "the server's answer about a run";
        milliways_engine::Error::Json { what, source }.into()
    })
}
