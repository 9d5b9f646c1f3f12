//! Signs of life of flow runs: the log keeps the newest one of each run.
//!
//! A heartbeat says nothing that the next one does not say better. Each is written as an event, so that subscribers
//! and triggers see it come; the one before it goes in the same transaction, so that the log does not grow with the
//! age of runs. One that comes late, or once more, changes nothing.

use std::collections::HashMap;

use milliways_model::{Event, Timestamp, WorkspaceId};

use crate::db::{DbError, Tx};
use crate::tables::event;

/// The name of the event.
const NAME: &str = "prefect.flow-run.heartbeat";

/// Of some events those that are to be stored, in their order: all that are no heartbeats, and of each flow run the
/// newest heartbeat, if it is newer than the one in the log, which makes room for it.
pub(crate) async fn sift<'e>(
    tx: &Tx<'_>,
    workspace: WorkspaceId,
    events: Vec<&'e Event>,
) -> Result<Vec<&'e Event>, DbError> {
    let mut newest: HashMap<&str, &Event> = HashMap::new();
    for event in events.iter().filter(|event| event.event == NAME) {
        let kept = newest.entry(event.resource.id()).or_insert(event);
        if event.occurred > kept.occurred {
            *kept = event;
        }
    }
    if newest.is_empty() {
        return Ok(events);
    }
    let runs = newest.keys().map(|run| (*run).to_owned()).collect();
    let mut replaced = Vec::new();
    for (run, occurred, id) in event::about(tx, workspace, NAME, runs).await? {
        if is_older(occurred, newest.get(run.as_str())) {
            replaced.push(id);
        } else {
            newest.remove(run.as_str());
        }
    }
    event::delete_rows(tx, replaced).await?;
    let is_kept = |event: &&Event| {
        let kept = newest.get(event.resource.id());
        event.event != NAME || kept.is_some_and(|kept| kept.id == event.id)
    };
    Ok(events.into_iter().filter(is_kept).collect())
}

fn is_older(occurred: Timestamp, than: Option<&&Event>) -> bool {
    than.is_some_and(|newest| occurred < newest.occurred)
}
