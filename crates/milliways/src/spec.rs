//! What the attributes say about a flow or a task: constants, made ready for the engine on first use.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use milliways_engine::{FlowDefinition, RetryPolicy, TaskDefinition};
use milliways_model::names::InvalidName;

use crate::process::{Defaults, defaults};
use crate::{Result, error};

/// What was declared.
#[derive(Debug)]
pub struct Declared {
    /// What people see.
    pub name: &'static str,
    /// Names the code.
    pub key: &'static str,
    /// The version of the code.
    pub version: Option<&'static str>,
    /// For finding runs.
    pub tags: &'static [&'static str],
    /// How often, when and for how long it is tried.
    pub policy: Policy,
}

/// How often, when and for how long a function is tried.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Attempts after the first; the setting's number by default.
    pub retries: Option<u32>,
    /// What lies between them.
    pub delays: Delays,
    /// By which share of itself a delay may be drawn longer.
    pub jitter: f64,
    /// Whether a failure is worth another attempt.
    pub retry_if: Option<fn(&(dyn Error + Send + Sync + 'static)) -> bool>,
    /// How long an attempt may take.
    pub timeout: Option<Duration>,
}

/// What lies between attempts.
#[derive(Clone, Copy, Debug)]
pub enum Delays {
    /// What the settings say.
    OfSettings,
    /// The last one repeats.
    Each(&'static [Duration]),
    /// Twice as long each time.
    Exponential(Duration),
    /// Always the same.
    Always(Duration),
}

impl Policy {
    /// The same for the engine, with settings where nothing was declared.
    pub(crate) fn resolved(&self, kind: &'static str) -> RetryPolicy {
        let Defaults {
            retries, delays, ..
        } = defaults(kind);
        let retries = self.retries.unwrap_or(retries);
        let seconds = |delay: &Duration| delay.as_secs_f64();
        RetryPolicy {
            retries,
            delays: match self.delays {
                Delays::OfSettings => delays,
                Delays::Each(each) => each.iter().map(seconds).collect(),
                Delays::Always(delay) => vec![delay.as_secs_f64()],
                // After 40 doublings of a millisecond the wait is longer than a life.
                Delays::Exponential(first) => (0..retries.min(40))
                    .map(|number| first.as_secs_f64() * f64::from(number).exp2())
                    .collect(),
            },
            jitter_factor: self.jitter,
        }
    }
}

/// A flow as it was declared.
#[derive(Debug)]
pub struct FlowSpec {
    pub(crate) declared: Declared,
    definition: OnceLock<Result<Arc<FlowDefinition>, InvalidName>>,
    stand_in: OnceLock<Result<Arc<TaskDefinition>, InvalidName>>,
}

impl FlowSpec {
    /// For the attribute.
    pub const fn new(declared: Declared) -> Self {
        Self {
            declared,
            definition: OnceLock::new(),
            stand_in: OnceLock::new(),
        }
    }

    /// The flow, with a policy of this call where it has one.
    pub(crate) fn definition(&self, own: Option<&Policy>) -> Result<Arc<FlowDefinition>> {
        let make = |policy: &Policy| {
            let mut made = FlowDefinition::new(self.declared.name)?;
            made.version = self.declared.version.map(str::to_owned);
            made.retry = policy.resolved(FLOW);
            Ok(Arc::new(made))
        };
        let definition = match own {
            Some(policy) => make(policy),
            None => self
                .definition
                .get_or_init(|| make(&self.declared.policy))
                .clone(),
        };
        definition.map_err(|reason| invalid("a flow", reason))
    }

    /// The task that stands for it in a flow around it.
    pub(crate) fn stand_in(&self) -> Result<Arc<TaskDefinition>> {
        let stand_in = self.stand_in.get_or_init(|| {
            TaskDefinition::new(self.declared.name, self.declared.key).map(Arc::new)
        });
        stand_in.clone().map_err(|reason| invalid("a flow", reason))
    }
}

/// A task as it was declared.
#[derive(Debug)]
pub struct TaskSpec {
    pub(crate) declared: Declared,
    definition: OnceLock<Result<Arc<TaskDefinition>, InvalidName>>,
}

impl TaskSpec {
    /// For the attribute.
    pub const fn new(declared: Declared) -> Self {
        Self {
            declared,
            definition: OnceLock::new(),
        }
    }

    /// The task, with a policy of this call where it has one.
    pub(crate) fn definition(&self, own: Option<&Policy>) -> Result<Arc<TaskDefinition>> {
        let make = |policy: &Policy| {
            let mut made = TaskDefinition::new(self.declared.name, self.declared.key)?;
            made.version = self.declared.version.map(str::to_owned);
            made.tags = self
                .declared
                .tags
                .iter()
                .map(|&tag| tag.to_owned())
                .collect();
            made.retry = policy.resolved(TASK);
            Ok(Arc::new(made))
        };
        let definition = match own {
            Some(policy) => make(policy),
            None => self
                .definition
                .get_or_init(|| make(&self.declared.policy))
                .clone(),
        };
        definition.map_err(|reason| invalid("a task", reason))
    }
}

/// The words for what runs.
pub(crate) const FLOW: &str = "flow";
pub(crate) const TASK: &str = "task";

fn invalid(what: &'static str, reason: InvalidName) -> error::Error {
    milliways_engine::Error::Name { what, reason }.into()
}
