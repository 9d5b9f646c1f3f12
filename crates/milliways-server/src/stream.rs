//! WebSockets: events in, events out, log lines out, background tasks for those who run them.

mod budget;
mod events_in;
mod events_out;
mod handshake;
mod logs_out;
mod scheduled_task_runs;
mod socket;
mod subscription;
mod worker_channel;

pub(crate) use budget::Budget;
pub(crate) use events_in::events_in;
pub(crate) use events_out::events_out;
pub(crate) use logs_out::logs_out;
pub(crate) use scheduled_task_runs::scheduled_task_runs;
pub(crate) use worker_channel::worker_channel;
