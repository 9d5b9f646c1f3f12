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
    /// A task run of a flow, decided by the server.
    CoreTask,
    /// A task run of a flow whose client takes its tag slots itself.
    ClientSideTask,
    /// A task run without a flow run, or one that a task worker picks up.
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

    /// The policy of a client's `set_state` on a run.
    pub fn of_set_state(run: &Run, force: bool) -> Self {
        match (run.id, force) {
            (RunId::Flow(_), false) => Self::CoreFlow,
            (RunId::Flow(_), true) => Self::MinimalFlow,
            (RunId::Task(_), true) => Self::MinimalTask,
            (RunId::Task(_), false) if run.flow_run_id.is_some() => Self::CoreTask,
            (RunId::Task(_), false) => Self::BackgroundTask,
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
