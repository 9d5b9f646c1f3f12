//! What becomes of a deployment: making and changing it, its schedules, its runs, its events.
//!
//! All of it happens in the caller's transaction. `tables/deployment.rs` has the rows, `scope/deployments.rs`
//! what can be asked.

pub(crate) mod change;
pub(crate) mod checks;
pub(crate) mod events;
pub(crate) mod flow_runs;
pub(crate) mod removal;
pub(crate) mod schedules;
pub(crate) mod scheduling;
pub(crate) mod status;
