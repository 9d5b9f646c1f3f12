//! What the engine has to know of flows and tasks: made once for each, shared by their runs.

use std::sync::Arc;

use milliways_model::names::{self, InvalidName};

use crate::RetryPolicy;

/// A flow.
#[derive(Clone, Debug)]
pub struct FlowDefinition {
    /// Under which its runs gather.
    pub name: Arc<str>,
    /// The version of its code.
    pub version: Option<String>,
    /// How a failed run is tried again, in the same process.
    pub retry: RetryPolicy,
}

/// A task.
#[derive(Clone, Debug)]
pub struct TaskDefinition {
    /// What people see.
    pub name: Arc<str>,
    /// Names the task's code.
    pub task_key: Arc<str>,
    /// The version of its code.
    pub version: Option<String>,
    /// Of each of its runs.
    pub tags: Vec<String>,
    /// How a failed run is tried again.
    pub retry: RetryPolicy,
}

impl FlowDefinition {
    /// A flow of this name, with neither version nor retries.
    ///
    /// # Errors
    /// When the server would refuse the name.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        names::check_object_name(name)?;
        Ok(Self {
            name: name.into(),
            version: None,
            retry: RetryPolicy::default(),
        })
    }
}

impl TaskDefinition {
    /// A task of this name and key, with neither version nor tags nor retries.
    ///
    /// # Errors
    /// When the server would refuse the name, with room for the number that a run's name ends in.
    pub fn new(name: &str, task_key: &str) -> Result<Self, InvalidName> {
        const LONGEST_NUMBER: &str = "-4294967295";
        names::check_run_name(&format!("{name}{LONGEST_NUMBER}"))?;
        Ok(Self {
            name: name.into(),
            task_key: task_key.into(),
            version: None,
            tags: Vec::new(),
            retry: RetryPolicy::default(),
        })
    }
}
