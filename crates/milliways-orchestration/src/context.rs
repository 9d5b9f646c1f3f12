//! What pieces see and change while a transition is judged, and the primitives that they call.

use milliways_model::ids::{Uuid, uuid7};
use milliways_model::orchestration::SetStateDetails;
use milliways_model::{FlowRunPolicy, SetStateStatus, State, StateId, StateType, Timestamp};

use crate::client::Client;
use crate::effect::Effect;
use crate::facts::Facts;
use crate::run::Run;
use crate::transition::Transition;
use crate::verdict::Verdict;

/// A transition while it is judged.
pub(crate) struct Context<'a> {
    pub(crate) initial: Option<State>,
    /// What is going to be written; none once a piece decided that nothing is.
    pub(crate) proposed: Option<State>,
    pub(crate) run: &'a mut Run,
    pub(crate) facts: &'a Facts,
    pub(crate) client: Client,
    pub(crate) now: Timestamp,
    pub(crate) draw: &'a mut dyn FnMut() -> u128,
    pub(crate) status: SetStateStatus,
    pub(crate) details: SetStateDetails,
    pub(crate) effects: Vec<Effect>,
    pub(crate) kept: Kept,
}

/// What rules keep from entry to exit.
#[derive(Default)]
pub(crate) struct Kept {
    /// The flow run's policy before a rule changed it.
    pub(crate) policy: Option<FlowRunPolicy>,
    /// The task run's count of starts before a rule changed it.
    pub(crate) run_count: Option<i64>,
    /// The key of the pause that begins.
    pub(crate) pause_key: Option<String>,
}

impl<'a> Context<'a> {
    /// A transition before any piece has seen it.
    pub(crate) fn new(
        transition: Transition,
        run: &'a mut Run,
        facts: &'a Facts,
        now: Timestamp,
        draw: &'a mut dyn FnMut() -> u128,
    ) -> Self {
        Self {
            initial: transition.initial,
            proposed: transition.proposed,
            run,
            facts,
            client: transition.client,
            now,
            draw,
            status: SetStateStatus::Accept,
            details: SetStateDetails::Accept {},
            effects: Vec::new(),
            kept: Kept::default(),
        }
    }

    /// What was decided, once every piece has been left. `intended`: the type that was proposed.
    pub(crate) fn into_verdict(self, intended: Option<StateType>) -> Verdict {
        Verdict {
            status: self.status,
            details: self.details,
            state: self.proposed,
            initial: self.initial,
            intended,
            effects: self.effects,
        }
    }

    /// The type of the run's current state.
    pub(crate) fn from(&self) -> Option<StateType> {
        self.initial.as_ref().map(|state| state.kind)
    }

    /// The type of what is going to be written.
    pub(crate) fn to(&self) -> Option<StateType> {
        self.proposed.as_ref().map(|state| state.kind)
    }

    /// Writes another state than the proposed one.
    pub(crate) fn replace(&mut self, state: State, reason: impl Into<String>) {
        self.proposed = Some(state);
        self.status = SetStateStatus::Reject;
        self.details = SetStateDetails::Reject {
            reason: Some(reason.into()),
        };
    }

    /// Writes nothing: the run stays in its state. A run without a state has none to stay in, so that
    /// the transition is aborted instead.
    pub(crate) fn reject(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if self.initial.is_none() {
            self.abort(format!("{reason} (the run has no state to stay in)"));
            return;
        }
        self.proposed = None;
        self.status = SetStateStatus::Reject;
        self.details = SetStateDetails::Reject {
            reason: Some(reason),
        };
    }

    /// Writes nothing, and asks to propose the state again later.
    pub(crate) fn delay(&mut self, seconds: i64, reason: impl Into<String>) {
        self.proposed = None;
        self.status = SetStateStatus::Wait;
        self.details = SetStateDetails::Wait {
            delay_seconds: seconds,
            reason: Some(reason.into()),
        };
    }

    /// Writes nothing, and asks not to propose the state again.
    pub(crate) fn abort(&mut self, reason: impl Into<String>) {
        self.proposed = None;
        self.status = SetStateStatus::Abort;
        self.details = SetStateDetails::Abort {
            reason: Some(reason.into()),
        };
    }

    /// Writes the proposed state under another name.
    pub(crate) fn rename(&mut self, name: &str) {
        if let Some(proposed) = &mut self.proposed {
            name.clone_into(&mut proposed.name);
        }
    }

    /// A new state of a type, made now.
    pub(crate) fn new_state(&mut self, kind: StateType) -> State {
        State::new(self.new_state_id(), kind, self.now)
    }

    /// The id of a new state.
    pub(crate) fn new_state_id(&mut self) -> StateId {
        StateId(self.new_uuid())
    }

    /// A new UUID, of version 7.
    pub(crate) fn new_uuid(&mut self) -> Uuid {
        uuid7(self.now, (self.draw)())
    }
}
