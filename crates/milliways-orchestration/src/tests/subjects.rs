//! The runs, states and facts that tests talk about, with ids that read as words in snapshots.

use milliways_model::ids::Uuid;
use milliways_model::{
    ConcurrencyLimitId, DeploymentId, FlowRunId, LeaseId, State, StateId, StateType, TaskRunId,
    Timestamp,
};

use crate::{
    Client, CollisionStrategy, DeploymentFact, Facts, LimitFact, Policy, Run, Transition, Verdict,
    decide,
};

/// 2026-01-01T00:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
pub(crate) const FLOW_RUN: FlowRunId = FlowRunId(Uuid::from_u128(0xf1));
pub(crate) const TASK_RUN: TaskRunId = TaskRunId(Uuid::from_u128(0x71));
pub(crate) const CHILD_OF: TaskRunId = TaskRunId(Uuid::from_u128(0x72));
pub(crate) const DEPLOYMENT: DeploymentId = DeploymentId(Uuid::from_u128(0xd1));
pub(crate) const LIMIT: ConcurrencyLimitId = ConcurrencyLimitId(Uuid::from_u128(0xc1));
pub(crate) const LEASE: LeaseId = LeaseId(Uuid::from_u128(0x1e));

/// Random bits that are not random: 1, 2, 3, … in the bits that ids show.
pub(crate) fn draws() -> impl FnMut() -> u128 {
    let mut count = 0_u128;
    move || {
        count += 1;
        count << 64
    }
}

/// A state that a run entered a minute ago.
pub(crate) fn state(kind: StateType) -> State {
    let id = StateId(Uuid::from_u128(0x51 + kind as u128));
    State::new(id, kind, NOW.plus_seconds(-60.0))
}

/// A limit with `taken` of `limit` slots taken.
pub(crate) fn limit(taken: i64, limit: i64) -> LimitFact {
    LimitFact {
        id: LIMIT,
        limit,
        taken,
        active: true,
    }
}

/// A deployment with a limit that makes runs wait.
pub(crate) fn deployment(limit: Option<LimitFact>) -> DeploymentFact {
    DeploymentFact {
        limit,
        collision_strategy: CollisionStrategy::Enqueue,
        grace_period: None,
    }
}

/// Facts about nothing but a deployment.
pub(crate) fn facts_with(deployment: DeploymentFact) -> Facts {
    Facts {
        deployment: Some(deployment),
        ..Facts::default()
    }
}

/// One decision about a run in PENDING that is proposed to be RUNNING.
pub(crate) fn decide_once(run: &mut Run, policy: Policy, change: fn(&mut State)) -> Verdict {
    let mut proposed = State::new(StateId(Uuid::from_u128(0x99)), StateType::Running, NOW);
    change(&mut proposed);
    let transition = Transition {
        policy,
        initial: Some(state(StateType::Pending)),
        proposed: Some(proposed),
        client: Client::CURRENT,
    };
    decide(transition, run, &Facts::default(), NOW, &mut draws())
}
