//! Tables: how their rows are read and written. One file each, named by the resource.

pub(crate) mod artifact;
pub(crate) mod artifact_collection;
pub(crate) mod attempt;
pub(crate) mod automation;
pub(crate) mod block_document;
pub(crate) mod block_schema;
pub(crate) mod block_type;
pub(crate) mod cleanup;
pub(crate) mod concurrency_lease;
pub(crate) mod concurrency_limit;
pub(crate) mod deployment;
pub(crate) mod deployment_schedule;
pub(crate) mod details;
pub(crate) mod event;
pub(crate) mod flow;
pub(crate) mod flow_run;
pub(crate) mod flow_run_input;
pub(crate) mod log;
pub(crate) mod offer;
pub(crate) mod saved_search;
pub(crate) mod subject;
pub(crate) mod task_queue;
pub(crate) mod task_run;
pub(crate) mod task_worker;
pub(crate) mod variable;
pub(crate) mod work_pool;
pub(crate) mod work_queue;
pub(crate) mod worker;

use std::collections::HashMap;

use milliways_model::{JsonObject, StateType, Timestamp, Uuid};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::{DbError, Row};
use crate::tally::RunEntry;

/// Text for a column of small structures that rules look into (policies, details, tags).
pub(crate) fn text_of<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

/// Reads such a column back; its default where the text is not what was written.
pub(crate) fn read_text<T: DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

/// Rows in the order of the ids that they were asked for by. They are wide, and moved only where they are not.
pub(crate) fn in_order<T>(ids: &[Uuid], mut rows: Vec<T>, id: impl Fn(&T) -> Uuid) -> Vec<T> {
    let places: HashMap<&Uuid, usize> = ids.iter().zip(0..).collect();
    rows.sort_by_cached_key(|row| places.get(&id(row)).copied());
    rows
}

/// Seconds spent running, with the present state counted in.
pub(crate) fn estimated_run_time(
    total: f64,
    running_since: Option<Timestamp>,
    now: Timestamp,
) -> f64 {
    total + running_since.map_or(0.0, |since| now.seconds_since(since).max(0.0))
}

/// Seconds by which a run started late, or is late now.
pub(crate) fn estimated_lateness(
    expected: Option<Timestamp>,
    started: Option<Timestamp>,
    ended: bool,
    now: Timestamp,
) -> f64 {
    match (expected, started) {
        (Some(expected), Some(started)) if started > expected => started.seconds_since(expected),
        (Some(expected), None) if !ended && now > expected => now.seconds_since(expected),
        _ => 0.0,
    }
}

/// An object's text, or null for an empty one.
pub(crate) fn object(value: Option<&JsonObject>) -> &str {
    value.map_or("{}", JsonObject::get)
}

/// How a run is counted that is about to be no more: its state and since when, when it was expected, started and ended,
/// how long it ran.
pub(crate) fn read_entry(row: &mut Row<'_>) -> Result<RunEntry, DbError> {
    let (kind, name): (Option<StateType>, Option<String>) = (row.take()?, row.take()?);
    Ok(RunEntry {
        state: kind.zip(name),
        since: row.take()?,
        expected: row.take()?,
        start: row.take()?,
        end: row.take()?,
        run_time: row.take()?,
        owners: [None; 3],
    })
}
