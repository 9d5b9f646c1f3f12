//! The worker: takes runs of a work pool, starts a process for each of them, and owns it to its end.
//!
//! What it promises: a run is claimed in the moment in which it becomes Pending, and its lease is renewed here, so that
//! no code of a user can starve it. A process that ends without having ended its run is reported as Crashed, with its
//! exit code or signal. A run that is cancelled is asked to end, and after a grace nothing of it is left, not even what
//! it has detached. It judges nothing: which run may start, and which state may follow, is the server's.
//!
//! [`Worker::start`] makes the pool known, [`Worker::run`] polls. The life of one run is in `errand`: `job` says what is
//! to be started, `code` fetches the deployment's code, `supervise` owns the process, `settle` reports its end.
//!
//! To add a pull step: a file in `code/` and its name in [`code`]. To add a kind of infrastructure: beside `supervise`,
//! behind a feature, with the same three promises.

mod code;
mod errand;
mod error;
mod health;
mod heartbeat;
mod hints;
mod job;
mod lease;
mod options;
mod orphans;
mod pool;
mod run_log;
mod settle;
mod stop;
mod supervise;
mod worker;

pub use error::{Error, Result};
pub use options::{Launch, NewPool, Options, default_name};
pub use stop::{Stopper, Wish};
pub use worker::{Tally, Worker};
