//! A small world that carries verdicts out as storage does: runs, one deployment, its slots' leases.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use milliways_model::{LeaseId, State, StateCreate, StateId, StateType, Timestamp};

use super::scrub::scrub;
use super::subjects::{LIMIT, NOW};
use crate::{
    Client, DeploymentFact, Effect, Facts, LeaseFact, LimitFact, Policy, Run, Transition, Verdict,
    decide, needs,
};

/// The world, and what happened in it.
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) facts: Facts,
    pub(crate) client: Client,
    limit: Option<i64>,
    leases: BTreeMap<LeaseId, Option<Timestamp>>,
    runs: Vec<(Run, Option<State>)>,
    drawn: u128,
    story: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            now: NOW,
            facts: Facts::default(),
            client: Client::CURRENT,
            limit: None,
            leases: BTreeMap::new(),
            runs: Vec::new(),
            drawn: 0,
            story: String::new(),
        }
    }

    /// Gives the one deployment a limit.
    pub(crate) fn with_deployment(mut self, deployment: DeploymentFact) -> Self {
        self.limit = deployment.limit.as_ref().map(|limit| limit.limit);
        self.facts.deployment = Some(deployment);
        self
    }

    /// A new run; its number.
    pub(crate) fn add(&mut self, run: Run) -> usize {
        self.runs.push((run, None));
        self.runs.len() - 1
    }

    pub(crate) fn run(&self, number: usize) -> &Run {
        &self.runs[number].0
    }

    pub(crate) fn state(&self, number: usize) -> &State {
        self.runs[number].1.as_ref().unwrap()
    }

    pub(crate) fn taken(&self) -> usize {
        self.leases.len()
    }

    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    /// What the reaper does.
    pub(crate) fn reap(&mut self) {
        let now = self.now;
        self.leases
            .retain(|_, expires| expires.is_none_or(|expires| expires > now));
        writeln!(
            self.story,
            "{} leases are reaped, {} left",
            self.clock(),
            self.leases.len()
        )
        .unwrap();
    }

    pub(crate) fn set(&mut self, number: usize, kind: StateType) -> Verdict {
        self.set_as(number, kind, |_| {})
    }

    pub(crate) fn set_as(
        &mut self,
        number: usize,
        kind: StateType,
        change: impl FnOnce(&mut StateCreate),
    ) -> Verdict {
        let mut proposed = StateCreate::new(kind);
        change(&mut proposed);
        let id = StateId(milliways_model::ids::Uuid::from_u128(0x99));
        let state = proposed.clone().into_state(id, self.now);
        let policy = Policy::of_set_state(self.run(number), &state, false);
        self.set_by(number, policy, kind, |it| *it = proposed)
    }

    /// Proposes a state, carries the verdict out, and writes it down.
    pub(crate) fn set_by(
        &mut self,
        number: usize,
        policy: Policy,
        kind: StateType,
        change: impl FnOnce(&mut StateCreate),
    ) -> Verdict {
        let mut proposed = StateCreate::new(kind);
        change(&mut proposed);
        let id = StateId(milliways_model::ids::Uuid::from_u128(0x99));
        let proposed = proposed.into_state(id, self.now);
        let name = proposed.name.clone();
        let transition = Transition {
            policy,
            initial: self.runs[number].1.clone(),
            proposed: Some(proposed),
            client: self.client,
        };
        let facts = self.load(number, &transition);
        let now = self.now;
        let drawn = &mut self.drawn;
        let mut draw = || {
            *drawn += 1;
            *drawn << 64
        };
        let verdict = decide(transition, &mut self.runs[number].0, &facts, now, &mut draw);
        if let Some(state) = &verdict.state {
            self.runs[number].1 = Some(state.clone());
        }
        for effect in &verdict.effects {
            self.carry_out(effect);
        }
        self.tell(number, kind, &name, &verdict);
        verdict
    }

    pub(crate) fn story(&self) -> &str {
        &self.story
    }

    fn load(&self, number: usize, transition: &Transition) -> Facts {
        let needs = needs(transition, &self.runs[number].0);
        let mut facts = self.facts.clone();
        let limit = self.limit.map(|limit| LimitFact {
            id: LIMIT,
            limit,
            taken: i64::try_from(self.leases.len()).unwrap(),
            active: true,
        });
        match (&mut facts.deployment, needs.deployment) {
            (Some(deployment), Some(_)) => deployment.limit = limit,
            (deployment, _) => *deployment = None,
        }
        facts.lease = needs.lease.and_then(|id| {
            let expires = *self.leases.get(&id)?;
            Some(LeaseFact { id, expires })
        });
        facts
    }

    fn carry_out(&mut self, effect: &Effect) {
        match effect {
            Effect::TakeDeploymentSlot { lease, expires, .. } => {
                self.leases.insert(*lease, Some(*expires));
            }
            Effect::RenewLease { lease, expires } => {
                assert!(self.leases.insert(*lease, Some(*expires)).is_some());
            }
            Effect::KeepSlotWithoutExpiry { lease } => {
                if let Some(expires) = self.leases.get_mut(lease) {
                    *expires = None;
                }
            }
            Effect::ReleaseLease { lease } => {
                self.leases.remove(lease);
            }
            _ => {}
        }
    }

    fn clock(&self) -> String {
        format!("+{}s", self.now.seconds_since(NOW))
    }

    fn tell(&mut self, number: usize, kind: StateType, name: &str, verdict: &Verdict) {
        let wanted = if name == kind.default_name() {
            kind.as_str().to_owned()
        } else {
            format!("{} {name:?}", kind.as_str())
        };
        let (run, state) = &self.runs[number];
        let state = state.as_ref().map_or("none".to_owned(), |state| {
            format!("{} {:?}", state.kind.as_str(), state.name)
        });
        let details = scrub(&format!("{:?}", verdict.details));
        let (count, total) = (run.run_count, run.total_run_time);
        writeln!(
            self.story,
            "{} run {number} to {wanted}: {details}",
            self.clock()
        )
        .unwrap();
        writeln!(self.story, "     is {state}, count {count}, ran {total} s").unwrap();
        for effect in &verdict.effects {
            let effect = scrub(&format!("{effect:?}"));
            writeln!(self.story, "     {effect}").unwrap();
        }
    }
}
