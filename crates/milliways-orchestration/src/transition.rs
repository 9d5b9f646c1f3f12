//! A proposed change of a run's state, who proposes it, and which policy judges it.

use milliways_model::State;

use crate::client::Client;
use crate::run::{Run, RunId};

/// Which rules judge a transition. The lists are in `policy/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// A flow run's state is set in the usual way.
    CoreFlow,
    /// A flow run's state is forced.
    MinimalFlow,
    /// The late-runs service marks a flow run as late.
    MarkLate,
    /// A task run, decided by the server.
    CoreTask,
    /// A task run of a flow whose client takes its tag slots itself.
    ClientSideTask,
    /// A task run that a task worker picks up.
    BackgroundTask,
    /// A task run's state is forced.
    MinimalTask,
}

impl Policy {
    /// All seven.
    pub const ALL: [Self; 7] = [
        Self::CoreFlow,
        Self::MinimalFlow,
        Self::MarkLate,
        Self::CoreTask,
        Self::ClientSideTask,
        Self::BackgroundTask,
        Self::MinimalTask,
    ];

    /// The policy of a client's `set_state` on a run. What is said of a deferred task run is judged even where it
    /// is forced: that is how it gets to a task worker.
    pub fn of_set_state(run: &Run, proposed: &State, force: bool) -> Self {
        let is_deferred = proposed.state_details.deferred == Some(true);
        match (run.id, force) {
            (RunId::Flow(_), false) => Self::CoreFlow,
            (RunId::Flow(_), true) => Self::MinimalFlow,
            (RunId::Task(_), _) if is_deferred => Self::BackgroundTask,
            (RunId::Task(_), true) => Self::MinimalTask,
            (RunId::Task(_), false) => Self::CoreTask,
        }
    }
}

/// A proposed change of a run's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// Which rules judge it.
    pub policy: Policy,
    /// The run's current state; none where it never had one.
    pub initial: Option<State>,
    /// The state that the caller wants. None asks for nothing and is accepted without effect.
    pub proposed: Option<State>,
    /// Who proposes it.
    pub client: Client,
}
