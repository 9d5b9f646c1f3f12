//! What was decided about a transition.

use milliways_model::orchestration::SetStateDetails;
use milliways_model::{SetStateStatus, State, StateType};

use crate::effect::Effect;

/// What was decided. The run that was handed to the decision has been changed accordingly.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What became of the proposed state.
    pub status: SetStateStatus,
    /// Why.
    pub details: SetStateDetails,
    /// The state to write. None: nothing is written, the run is unchanged, and `initial` is the answer.
    pub state: Option<State>,
    /// The state that the run was in, handed back.
    pub initial: Option<State>,
    /// The type that was proposed, which is not that of `state` where another one was written.
    pub intended: Option<StateType>,
    /// What to do beside writing the state. Empty where nothing is written.
    pub effects: Vec<Effect>,
}

impl Verdict {
    /// The state that the run is in after the verdict was carried out.
    pub fn current(&self) -> Option<&State> {
        self.state.as_ref().or(self.initial.as_ref())
    }
}
