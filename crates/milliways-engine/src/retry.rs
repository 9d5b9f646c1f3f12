//! Whether and when a failed run is tried again.

use milliways_model::policy::{FlowRunPolicy, RetryDelay, RetryType, TaskRunPolicy};

/// How a run is tried again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RetryPolicy {
    /// How often at most.
    pub retries: u32,
    /// Seconds before retry 1, 2, …; the last one repeats; none means 0.
    pub delays: Vec<f64>,
    /// By which share of itself a delay may be drawn longer; 0 by default.
    pub jitter_factor: f64,
}

impl RetryPolicy {
    /// A policy with the same delay before each retry.
    pub fn with_delay(retries: u32, seconds: f64) -> Self {
        Self {
            retries,
            delays: vec![seconds],
            jitter_factor: 0.0,
        }
    }

    /// The seconds before the next retry after `used` ones, or `None` where there is none left.
    /// `random` is at least 0 and below 1.
    pub fn next_delay(&self, used: u32, random: f64) -> Option<f64> {
        if used >= self.retries {
            return None;
        }
        let index = usize::try_from(used).unwrap_or(usize::MAX);
        let delay = self
            .delays
            .get(index)
            .or(self.delays.last())
            .copied()
            .unwrap_or(0.0);
        Some((delay * (1.0 + self.jitter_factor * random)).max(0.0))
    }

    /// The policy as a task run tells of it.
    pub fn of_task_run(&self) -> TaskRunPolicy {
        TaskRunPolicy {
            retries: (self.retries > 0).then_some(i64::from(self.retries)),
            retry_delay: match self.delays.as_slice() {
                [] => None,
                [delay] => Some(RetryDelay::Seconds(*delay)),
                delays => Some(RetryDelay::Each(delays.to_vec())),
            },
            retry_jitter_factor: (self.jitter_factor > 0.0).then_some(self.jitter_factor),
            ..TaskRunPolicy::default()
        }
    }

    /// The policy as a flow run tells of it: its delay is in whole seconds there.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "float to int casts saturate"
    )]
    pub fn of_flow_run(&self) -> FlowRunPolicy {
        FlowRunPolicy {
            retries: (self.retries > 0).then_some(i64::from(self.retries)),
            retry_delay: self
                .delays
                .first()
                .filter(|_| self.retries > 0)
                .map(|delay| delay.ceil() as i64),
            retry_type: (self.retries > 0).then_some(RetryType::InProcess),
            ..FlowRunPolicy::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_delay_repeats_and_jitter_only_lengthens() {
        let policy = RetryPolicy {
            retries: 4,
            delays: vec![1.0, 10.0],
            jitter_factor: 0.5,
        };
        let delays = |random| {
            (0..5)
                .map(|used| policy.next_delay(used, random))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            delays(0.0),
            [Some(1.0), Some(10.0), Some(10.0), Some(10.0), None]
        );
        assert_eq!(
            delays(0.8),
            [Some(1.4), Some(14.0), Some(14.0), Some(14.0), None]
        );
    }

    #[test]
    fn a_run_without_retries_is_not_tried_again() {
        assert_eq!(RetryPolicy::default().next_delay(0, 0.5), None);
        assert_eq!(
            RetryPolicy::default().of_task_run(),
            TaskRunPolicy::default()
        );
        assert_eq!(
            RetryPolicy::with_delay(0, 3.0).of_flow_run(),
            FlowRunPolicy::default()
        );
    }
}
