//! What became of a run, for those who want more than its value.

use milliways_engine::RecordedState;
use milliways_model::{StateType, Timestamp};

use crate::Result;

/// A state of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// One of the nine types.
    pub kind: StateType,
    /// What people see, such as `Completed`, `Cached` or `TimedOut`.
    pub name: String,
    /// Why, for people.
    pub message: Option<String>,
    /// When the run entered it.
    pub timestamp: Timestamp,
}

impl From<RecordedState> for State {
    fn from(state: RecordedState) -> Self {
        Self {
            kind: state.kind,
            name: state.name.to_string(),
            message: state.message.as_deref().map(str::to_owned),
            timestamp: state.timestamp,
        }
    }
}

/// A run that has ended: `.outcome()` of a call gives it.
#[derive(Debug)]
pub struct Outcome<T, Id> {
    /// The run.
    pub id: Id,
    /// The run's name.
    pub name: String,
    /// The state that it ended in.
    pub state: State,
    /// What its function gave.
    pub result: Result<T>,
}
