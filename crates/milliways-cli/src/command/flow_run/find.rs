//! Which flow run a person means: by id, or by its name.

use anyhow::Result;
use milliways_model::{FlowRun, FlowRunId};
use serde_json::json;

use crate::connection::Connection;
use crate::failure::Failure;

/// The id of the run that `text` names: an id is one already; of several runs with one name it is the latest.
pub(super) fn find(connection: &Connection, text: &str) -> Result<FlowRunId> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let filter = json!({
        "sort": "EXPECTED_START_TIME_DESC",
        "flow_runs": {"name": {"any_": [text]}},
    });
    let found = connection.page("/flow_runs/filter", filter, 1)?;
    match found.read::<FlowRun>()?.into_iter().next() {
        Some(run) => Ok(run.id),
        None => Err(Failure::new(format!("there is no flow run {text}"))
            .hint("`milliways flow-run ls` lists them")
            .into()),
    }
}
