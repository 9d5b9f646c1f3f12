//! What a run's client asked for: retries, and what pausing left behind.

use serde::{Deserialize, Serialize};

/// How a flow run is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RetryType {
    /// By the process that runs it.
    InProcess,
    /// By a new process, through the scheduler.
    Reschedule,
}

/// The policy of a flow run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct FlowRunPolicy {
    /// Kept for old clients; `retries` counts.
    pub max_retries: i64,
    /// Kept for old clients; `retry_delay` counts.
    pub retry_delay_seconds: f64,
    /// How often a failed run is tried again.
    pub retries: Option<i64>,
    /// Seconds before each retry.
    pub retry_delay: Option<i64>,
    /// The pauses that have fired.
    pub pause_keys: Option<Vec<String>>,
    /// Whether the run comes back from a pause, which does not count as a new try.
    pub resuming: Option<bool>,
    /// How it is tried again.
    pub retry_type: Option<RetryType>,
}

impl Default for FlowRunPolicy {
    fn default() -> Self {
        Self {
            max_retries: 0,
            retry_delay_seconds: 0.0,
            retries: None,
            retry_delay: None,
            // Where these two are not given they are empty and false on the wire; null is another value.
            pause_keys: Some(Vec::new()),
            resuming: Some(false),
            retry_type: None,
        }
    }
}

/// One delay before every retry, or one for each; in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum RetryDelay {
    /// The same before each.
    Whole(i64),
    /// The same before each.
    Seconds(f64),
    /// One for each retry; the last one repeats.
    Each(Vec<f64>),
}

impl RetryDelay {
    /// The seconds to wait before retry number `retry` (the first is 0).
    #[expect(
        clippy::cast_precision_loss,
        reason = "delays are far below 2^52 seconds"
    )]
    pub fn before(&self, retry: usize) -> f64 {
        match self {
            Self::Whole(seconds) => *seconds as f64,
            Self::Seconds(seconds) => *seconds,
            Self::Each(delays) => delays
                .get(retry.min(delays.len().saturating_sub(1)))
                .copied()
                .unwrap_or(0.0),
        }
    }
}

/// The policy of a task run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct TaskRunPolicy {
    /// Kept for old clients; `retries` counts.
    pub max_retries: i64,
    /// Kept for old clients; `retry_delay` counts.
    pub retry_delay_seconds: f64,
    /// How often a failed run is tried again.
    pub retries: Option<i64>,
    /// Seconds before each retry.
    pub retry_delay: Option<RetryDelay>,
    /// By how much a delay may be drawn longer; 0.5 is up to half as much again.
    pub retry_jitter_factor: Option<f64>,
}
