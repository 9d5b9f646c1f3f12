//! The commands, one file for each noun.

pub(crate) mod api;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod flow;
pub(crate) mod flow_run;
mod logs;
pub(crate) mod profile;
pub(crate) mod reference;
mod run_filter;
pub(crate) mod server;
pub(crate) mod task_run;
pub(crate) mod version;
pub(crate) mod worker;
