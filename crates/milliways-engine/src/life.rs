//! Which state follows: the states of one run, from Pending to its end. Pure: times, ids and randomness are arguments.

use std::sync::Arc;

use milliways_model::{StateDetails, StateId, StateType, Timestamp};

use crate::{RecordedState, RetryPolicy, StateName};

/// The states of one run so far, as far as they decide what may follow.
#[derive(Clone, Debug)]
pub struct Life {
    state: RecordedState,
    starts: u32,
    retries: u32,
    started: Option<Timestamp>,
}

/// What a state carries for its readers.
#[derive(Clone, Debug, Default)]
pub struct Remark {
    /// The state's name; its type's own by default.
    pub name: Option<StateName>,
    /// Why, for people.
    pub message: Option<Arc<str>>,
    /// JSON text without line breaks.
    pub data: Option<Arc<str>>,
    /// Facts beside them.
    pub details: Option<Box<StateDetails>>,
}

/// What became of a failure.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The run waits for its retry, so many seconds.
    Retry(RecordedState, f64),
    /// The run has ended.
    End(RecordedState),
    /// The run had ended before: its first end counts.
    Late,
}

impl Life {
    /// A run that is Pending.
    pub fn new(id: StateId, now: Timestamp) -> Self {
        Self {
            state: RecordedState::new(id, StateType::Pending, now),
            starts: 0,
            retries: 0,
            started: None,
        }
    }

    /// The same run, which had started so often before.
    #[must_use]
    pub const fn after(mut self, starts: u32) -> Self {
        self.starts = starts;
        self
    }

    /// The latest state.
    pub const fn state(&self) -> &RecordedState {
        &self.state
    }

    /// How often the run has started.
    pub const fn run_count(&self) -> u32 {
        self.starts
    }

    /// When it first started.
    pub const fn start_time(&self) -> Option<Timestamp> {
        self.started
    }

    /// Whether it has ended.
    pub const fn is_over(&self) -> bool {
        self.state.kind.is_terminal()
    }

    /// The run starts, or starts again: after a retry as Retrying, after its end as Rerunning.
    pub fn start(&mut self, id: StateId, now: Timestamp) -> RecordedState {
        let name = match self.state.kind {
            StateType::Scheduled if self.state.name == StateName::AWAITING_RETRY => {
                StateName::RETRYING
            }
            kind if kind.is_terminal() => StateName::RERUNNING,
            _ => StateName::Known(StateType::Running.default_name()),
        };
        self.starts += 1;
        self.started.get_or_insert(now);
        self.enter(RecordedState::new(id, StateType::Running, now).named(name))
    }

    /// The run has ended well. `None` where it had ended before.
    pub fn complete(
        &mut self,
        id: StateId,
        now: Timestamp,
        remark: Remark,
    ) -> Option<RecordedState> {
        if self.is_over() {
            return None;
        }
        Some(self.set(id, StateType::Completed, now, remark))
    }

    /// The run has failed: it is tried again where `policy` and `retriable` allow it. `random` draws the jitter.
    pub fn fail(
        &mut self,
        id: StateId,
        now: Timestamp,
        remark: Remark,
        policy: Option<&RetryPolicy>,
        random: f64,
    ) -> Failure {
        if self.is_over() {
            return Failure::Late;
        }
        let Some(delay) = policy.and_then(|policy| policy.next_delay(self.retries, random)) else {
            return Failure::End(self.set(id, StateType::Failed, now, remark));
        };
        self.retries += 1;
        let mut details = remark.details.unwrap_or_default();
        details.scheduled_time = Some(now.plus_seconds(delay));
        let remark = Remark {
            name: Some(StateName::AWAITING_RETRY),
            // A result belongs to an end.
            data: None,
            details: Some(details),
            message: remark.message,
        };
        Failure::Retry(self.set(id, StateType::Scheduled, now, remark), delay)
    }

    /// Any state, as it is.
    pub fn set(
        &mut self,
        id: StateId,
        kind: StateType,
        now: Timestamp,
        remark: Remark,
    ) -> RecordedState {
        if kind == StateType::Running {
            self.starts += 1;
            self.started.get_or_insert(now);
        }
        let mut state = RecordedState::new(id, kind, now);
        if let Some(name) = remark.name {
            state.name = name;
        }
        state.message = remark.message;
        state.data = remark.data;
        state.details = remark.details;
        if kind == StateType::Scheduled {
            state
                .details
                .get_or_insert_default()
                .scheduled_time
                .get_or_insert(now);
        }
        self.enter(state)
    }

    fn enter(&mut self, state: RecordedState) -> RecordedState {
        self.state = state.clone();
        state
    }
}

#[cfg(test)]
mod tests;
