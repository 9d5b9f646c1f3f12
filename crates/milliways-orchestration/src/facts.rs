//! What a decision has to know beyond the run and its states: asked for by [`needs`], loaded by storage.

use std::time::Duration;

use milliways_model::{
    ConcurrencyLimitId, DeploymentId, FlowRunId, LeaseId, State, StateType, Timestamp,
};

use crate::policy;
use crate::run::Run;
use crate::transition::Transition;

/// Which facts a transition needs. Storage loads these and leaves the others at their default.
pub fn needs(transition: &Transition, run: &Run) -> Needs {
    let mut needs = Needs::default();
    let from = transition.initial.as_ref().map(|state| state.kind);
    let to = transition.proposed.as_ref().map(|state| state.kind);
    for piece in policy::pieces(transition.policy) {
        if let Some(ask) = piece.needs
            && piece.applies(from, to)
        {
            ask(transition, run, &mut needs);
        }
    }
    needs
}

/// The facts to load; nothing for most transitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// [`Facts::deployment`]: this deployment with its limit.
    pub deployment: Option<DeploymentId>,
    /// [`Facts::lease`]: this lease.
    pub lease: Option<LeaseId>,
    /// [`Facts::tag_limits`]: the limits named `tag:<tag>` of the run's tags.
    pub tag_limits: bool,
    /// [`Facts::flow_run`]: this flow run, which called the task run.
    pub flow_run: Option<FlowRunId>,
    /// [`Facts::cached_state`]: the newest state that is cached under this key and has not expired.
    pub cache_key: Option<String>,
}

impl Needs {
    /// Whether nothing has to be loaded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What storage knows. All of it is read in the transaction that writes the verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The run's deployment; none where it no longer exists.
    pub deployment: Option<DeploymentFact>,
    /// The lease named by the current state, expired or not; none once it was reaped or revoked.
    pub lease: Option<LeaseFact>,
    /// The limits on the run's tags, in the order of its tags. Tags without a limit have none.
    pub tag_limits: Vec<TagLimit>,
    /// The flow run that called the task run.
    pub flow_run: Option<FlowRunFact>,
    /// The newest state that is cached under the proposed state's key and has not expired.
    pub cached_state: Option<State>,
    /// Durations that the server's settings give.
    pub waits: Waits,
}

/// A deployment, as far as concurrency is concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct DeploymentFact {
    /// Its concurrency limit, its own or a shared one.
    pub limit: Option<LimitFact>,
    /// What becomes of a run that finds the limit reached.
    pub collision_strategy: CollisionStrategy,
    /// How long a slot is kept for a run that has not started; default: [`Waits::slot_lease`].
    pub grace_period: Option<Duration>,
}

/// What becomes of a run that finds its deployment's limit reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CollisionStrategy {
    /// It waits for its turn.
    #[default]
    Enqueue,
    /// It is cancelled.
    CancelNew,
}

/// A concurrency limit.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitFact {
    /// Its id.
    pub id: ConcurrencyLimitId,
    /// Its slots.
    pub limit: i64,
    /// How many are taken, by leases that have not been reaped.
    pub taken: i64,
    /// An inactive limit limits nothing.
    pub active: bool,
}

impl LimitFact {
    /// Whether one more slot can be taken.
    pub const fn has_room(&self) -> bool {
        self.taken < self.limit
    }
}

/// A lease on slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseFact {
    /// Its id.
    pub id: LeaseId,
    /// When it ends unless it is renewed; none where it never does.
    pub expires: Option<Timestamp>,
}

/// A limit on a tag.
#[derive(Clone, Debug, PartialEq)]
pub struct TagLimit {
    /// The tag, without the `tag:` of the limit's name.
    pub tag: String,
    /// The limit.
    pub limit: LimitFact,
    /// For how long its slots were held on average, in seconds; none where it is not known.
    pub average_occupancy_seconds: Option<f64>,
}

/// The flow run that called a task run.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowRunFact {
    /// The type of its state.
    pub state_type: Option<StateType>,
    /// Until when it waits, where it is PAUSED.
    pub pause_timeout: Option<Timestamp>,
    /// Whether it gave up its process, where it is PAUSED.
    pub pause_reschedule: bool,
    /// How often it has started.
    pub run_count: i64,
}

/// Durations that the server's settings give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// When a run that found its deployment's limit reached tries again; default 30 s.
    pub deployment_slot: Duration,
    /// The longest mean wait for a slot of a tag's limit; default 10 s.
    pub tag_slot: Duration,
    /// The longest mean wait for a slot of any other limit; default 30 s.
    pub slot: Duration,
    /// How long a deployment's slot is kept for a run that has not started; default 300 s.
    pub slot_lease: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            deployment_slot: Duration::from_secs(30),
            tag_slot: Duration::from_secs(10),
            slot: Duration::from_secs(30),
            slot_lease: Duration::from_mins(5),
        }
    }
}
