//! The life of one run on the client's side: which states follow, what is recorded, and how it reaches the server.
//!
//! A flow never waits for its server. What happens is decided at once ([`Life`]), handed to a queue, and becomes
//! records of the attempt's journal in a thread of its own: written to the spool on disk, sent in batches,
//! acknowledged, dropped. The deciding parts own no clock, no socket and no file: `life`, `counters`, `coalesce`,
//! `outbox`. One driver, `sender`, owns all of those. It knows nothing of Python and needs none of its locks.
//!
//! To add a kind of record: a variant of `Fact` for what the flow's thread hands over, one of `Record` in `coalesce`,
//! its shape in `wire`, and a method on [`FlowRun`] or [`TaskRun`].

mod cancels;
mod coalesce;
mod config;
mod counters;
mod definition;
mod error;
mod fact;
mod flow_run;
mod fork;
mod handed_down;
pub mod ids;
pub mod json;
mod life;
mod outbox;
mod progress;
mod queue;
mod retry;
mod sender;
mod session;
mod spool;
mod state;
mod task_run;
mod text;
mod wire;

#[cfg(test)]
mod tests;

pub use config::Config;
pub use definition::{FlowDefinition, TaskDefinition};
pub use error::{Error, Result};
pub use flow_run::{FlowRun, FlowRunOptions, TaskRunOptions};
pub use life::{Failure, Life, Remark};
pub use milliways_client::Method;
pub use retry::RetryPolicy;
pub use session::Session;
pub use state::{RecordedState, StateName};
pub use task_run::TaskRun;
pub use text::message;
