//! Workflows in Rust: functions that are retried, recorded and seen.
//!
//! ```no_run
//! use milliways::{Result, flow, map, task};
//!
//! #[task(retries = 2, retry_delay = "1s")]
//! async fn length(word: String) -> usize {
//!     word.len()
//! }
//!
//! #[flow]
//! async fn count(words: Vec<String>) -> Result<usize> {
//!     Ok(map(words, length).await?.into_iter().sum())
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<()> {
//!     milliways::init_logs();
//!     let words = ["So", "long", "and", "thanks"].map(String::from);
//!     println!("{}", count(words.into()).await?);
//!     Ok(())
//! }
//! ```
//!
//! That is the whole program: where no server is configured, the one of the home folder is found or started, and what
//! ran is to be seen there. A flow never waits for its server: what happens is written to a local journal and
//! streamed.
//!
//! # Flows and tasks
//!
//! [`#[flow]`](macro@flow) and [`#[task]`](macro@task) make of a function one of the same name and arguments that gives
//! a call, [`FlowCall`] or [`TaskCall`]. Nothing happens before the call is awaited (in `async` code), `run` (in
//! synchronous code), or `submit`ted to run beside the code, which gives a [`RunHandle`]. [`map`] submits a task for
//! each item. A call can have its own name, tags and retries.
//!
//! Functions may be `async` or not, and give a value or a `Result` with any error. What the caller gets is a
//! [`Result`]: a run can also take too long, panic or be cancelled. The function's own error is found by
//! [`Error::downcast_ref`].
//!
//! # What a flow is recorded with
//!
//! Its arguments, by serde, except those that it `skip`s; its task runs, their states and what they came after; what is
//! logged through `tracing`, where [`init_logs`] was called or [`RunLogs`] is a layer of the program's subscriber. A
//! flow ends after what was submitted in it. A call that is dropped before its end is cancelled, and recorded as such.
//!
//! # Cancelled from outside, and started by a worker
//!
//! Where somebody cancels a flow run on the server, its process hears of it with the next answer to what it records, and
//! within ten seconds without. An `async` flow is dropped where it waits, with the calls in it; a synchronous one goes on
//! until it calls its next task, or asks [`FlowRun::is_cancelled`]. The caller gets [`Error::Cancelled`].
//!
//! A worker can start a program for a run that somebody has scheduled: see [`AssignedRun`].

mod assigned;
mod blocking;
mod body;
mod context;
mod drive;
mod error;
mod flow;
mod handle;
mod life;
mod logs;
mod parameters;
mod pending;
mod process;
mod results;
mod spec;
mod state;
mod task;

pub use assigned::{AssignedRun, assigned_run};
pub use context::{FlowRun, TaskRun};
pub use error::{BoxError, Error, Result};
pub use flow::FlowCall;
pub use handle::{RunHandle, RunHandles, map};
pub use logs::{RunLogs, init_logs};
pub use milliways_model::{FlowRunId, StateType, TaskRunId};
pub use process::flush;
pub use state::{Outcome, State};
pub use task::TaskCall;

/// Makes a flow of a function.
///
/// The function that stands in its place gives a [`FlowCall`]. Arguments are owned, `Clone + Send`, and recorded
/// through `serde::Serialize`.
///
/// ```
/// use milliways::{Result, flow};
///
/// #[flow(
///     name = "nightly report",
///     run_name = "report-{day}",
///     version = "2",
///     tags = ["finance"],
///     retries = 1,
///     retry_delay = "30s",
///     timeout = "1h",
///     skip(database),
/// )]
/// async fn report(day: String, database: Database) -> Result<(), std::io::Error> {
///     // …
/// #   drop((day, database));
///     Ok(())
/// }
/// # #[derive(Clone)]
/// # struct Database;
/// ```
///
/// | option | meaning | default |
/// |---|---|---|
/// | `name = "…"` | the flow's name | the function's |
/// | `run_name = "…"` | the runs' names: text for `format!`, with arguments | two words |
/// | `version = "…"` | of the code | none |
/// | `tags = ["…"]` | for finding runs | none |
/// | `retries = 3` | attempts after the first | the setting `flows.default_retries` |
/// | `retry_delay = "1s"` | what lies between them; `["1s", "10s"]`, of which the last repeats; `exponential("1s")` | the setting |
/// | `retry_jitter = 0.5` | by which share of itself a delay may be drawn longer | 0 |
/// | `retry_if = is_transient` | a function of `&(dyn Error + Send + Sync)`: whether a failure is worth another attempt | every one is |
/// | `timeout = "10m"` | how long an attempt of an `async` function may take | no bound |
/// | `skip(a, b)` | arguments that are not recorded, and need no `Serialize` | none |
///
/// Lengths of time are `"250ms"`, `"1m30s"`, a number of seconds, or a constant [`Duration`](std::time::Duration).
pub use milliways_macros::flow;

/// Makes a task of a function.
///
/// The function that stands in its place gives a [`TaskCall`]. Arguments are owned and `Clone + Send`; they are copied
/// only where another attempt may follow.
///
/// ```
/// use std::io;
///
/// use milliways::task;
///
/// #[task(run_name = "fetch-{page}", retries = 3, retry_delay = exponential("200ms"), timeout = "10s")]
/// async fn fetch(page: u32) -> io::Result<String> {
///     // …
/// #   Ok(page.to_string())
/// }
///
/// #[task(cache, cache_for = "1h")]
/// fn factorial(number: u32) -> f64 {
///     (1..=number).map(f64::from).product()
/// }
/// ```
///
/// Options are those of [`#[flow]`](macro@flow), and:
///
/// | option | meaning | default |
/// |---|---|---|
/// | `run_name = "…"` | the runs' names: text for `format!`, with arguments | the task's name and the number of the call |
/// | `cache` | the process keeps results, and finds them by the arguments, through `Serialize` | nothing is kept |
/// | `cache_key = "…"` | finds them by this text for `format!` instead | |
/// | `cache_for = "1h"` | how long a result holds | as long as the process, within 10,000 results |
pub use milliways_macros::task;

/// What the attributes write. Nothing of it is for anybody else.
#[doc(hidden)]
pub mod __private {
    pub use crate::body::{Arguments, Body, boxed, check_argument};
    pub use crate::parameters::{CacheKey, Parameters};
    pub use crate::results::Results;
    pub use crate::spec::{Declared, Delays, FlowSpec, Policy, TaskSpec};
}
