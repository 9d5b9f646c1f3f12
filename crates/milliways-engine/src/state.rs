//! A state as the engine holds it: small, cheap to share, written as JSON by the sender only.

use std::ops::Deref;
use std::sync::Arc;

use milliways_model::{StateDetails, StateId, StateType, Timestamp};

/// A state that was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedState {
    /// Made here, kept by the server.
    pub id: StateId,
    /// One of the nine types.
    pub kind: StateType,
    /// What people see.
    pub name: StateName,
    /// When the run entered it.
    pub timestamp: Timestamp,
    /// Why, for people.
    pub message: Option<Arc<str>>,
    /// JSON text without line breaks.
    pub data: Option<Arc<str>>,
    /// Set only where one of them differs from its default.
    pub details: Option<Box<StateDetails>>,
}

impl RecordedState {
    /// A state with its type's own name and nothing else.
    pub fn new(id: StateId, kind: StateType, timestamp: Timestamp) -> Self {
        let name = StateName::Known(kind.default_name());
        Self {
            id,
            kind,
            name,
            timestamp,
            message: None,
            data: None,
            details: None,
        }
    }

    /// The same state under another name.
    #[must_use]
    pub fn named(mut self, name: impl Into<StateName>) -> Self {
        self.name = name.into();
        self
    }
}

/// The name of a state. Those that the engine gives cost no memory.
#[derive(Clone, Debug)]
pub enum StateName {
    /// One that the engine gives.
    Known(&'static str),
    /// One that a user gave.
    Custom(Arc<str>),
}

impl StateName {
    /// A failed run that is going to be tried again.
    pub const AWAITING_RETRY: Self = Self::Known("AwaitingRetry");
    /// A run that is tried again.
    pub const RETRYING: Self = Self::Known("Retrying");
    /// A run that had ended and is started again.
    pub const RERUNNING: Self = Self::Known("Rerunning");
}

impl Deref for StateName {
    type Target = str;
    fn deref(&self) -> &str {
        match self {
            Self::Known(name) => name,
            Self::Custom(name) => name,
        }
    }
}
impl PartialEq for StateName {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
impl From<&str> for StateName {
    fn from(name: &str) -> Self {
        Self::Custom(name.into())
    }
}
