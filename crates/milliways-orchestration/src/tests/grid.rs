//! Tables of verdicts: one grid of every from-state and to-state for each scenario.

use std::fmt::Write as _;

use milliways_model::ids::Uuid;
use milliways_model::orchestration::SetStateDetails;
use milliways_model::{FlowRunPolicy, State, StateId, StateType, TaskRunPolicy};

use super::scrub::scrub;
use super::subjects::{FLOW_RUN, NOW, TASK_RUN, draws, state};
use crate::context::Context;
use crate::machinery::orchestrate;
use crate::piece::{Kind, Piece};
use crate::{Client, Facts, Policy, Run, RunId, RunPolicy, Transition, Verdict, decide};

/// What a grid is about: a run, what is known, and how the states look.
pub(crate) struct Scenario {
    title: &'static str,
    run: Run,
    facts: Facts,
    client: Client,
    initial: fn(&mut State),
    proposed: fn(&mut State),
}

/// A policy that says nothing of pauses, so that a table shows whatever a rule says of them.
pub(crate) fn unset() -> FlowRunPolicy {
    FlowRunPolicy {
        pause_keys: None,
        resuming: None,
        ..FlowRunPolicy::default()
    }
}

impl Scenario {
    /// A flow run.
    pub(crate) fn flow(title: &'static str) -> Self {
        Self::new(title, Run::flow(FLOW_RUN)).flow_policy(unset())
    }

    /// A task run.
    pub(crate) fn task(title: &'static str) -> Self {
        Self::new(title, Run::task(TASK_RUN))
    }

    pub(crate) fn run(mut self, change: impl FnOnce(&mut Run)) -> Self {
        change(&mut self.run);
        self
    }

    pub(crate) fn flow_policy(mut self, policy: FlowRunPolicy) -> Self {
        self.run.policy = RunPolicy::Flow(policy);
        self
    }

    pub(crate) fn task_policy(mut self, policy: TaskRunPolicy) -> Self {
        self.run.policy = RunPolicy::Task(policy);
        self
    }

    pub(crate) fn facts(mut self, facts: Facts) -> Self {
        self.facts = facts;
        self
    }

    pub(crate) fn client(mut self, prefect: (u32, u32, u32), api: (u32, u32, u32)) -> Self {
        self.client = Client {
            prefect: Some(prefect),
            api: Some(api),
        };
        self
    }

    /// How every initial state looks.
    pub(crate) fn initial(mut self, change: fn(&mut State)) -> Self {
        self.initial = change;
        self
    }

    /// How every proposed state looks.
    pub(crate) fn proposed(mut self, change: fn(&mut State)) -> Self {
        self.proposed = change;
        self
    }

    fn new(title: &'static str, run: Run) -> Self {
        Self {
            title,
            run,
            facts: Facts::default(),
            client: Client::CURRENT,
            initial: |_| {},
            proposed: |_| {},
        }
    }

    /// What a piece alone makes of one pair of types; empty where it does nothing.
    fn by_piece(&self, piece: &Piece, from: Option<StateType>, to: StateType) -> String {
        let (transition, proposed) = self.transition(policy_of(&self.run), from, to);
        let (mut run, mut draw) = (self.run.clone(), draws());
        let cx = Context::new(transition, &mut run, &self.facts, NOW, &mut draw);
        let verdict = orchestrate(&[piece], &[], cx);
        describe(&verdict, &proposed, &self.run, &run)
    }

    /// What a policy makes of one pair of types; empty where it lets the proposed state be.
    fn by_policy(&self, policy: Policy, from: Option<StateType>, to: StateType) -> String {
        let (transition, proposed) = self.transition(policy, from, to);
        let (mut run, mut draw) = (self.run.clone(), draws());
        let verdict = decide(transition, &mut run, &self.facts, NOW, &mut draw);
        let answer = answer(&verdict.details);
        match &verdict.state {
            None => answer,
            Some(state) if (state.kind, &state.name) == (proposed.kind, &proposed.name) => {
                answer.replace("ACCEPT", "")
            }
            Some(state) => format!("{answer} -> {} {:?}", state.kind.as_str(), state.name),
        }
    }

    fn transition(
        &self,
        policy: Policy,
        from: Option<StateType>,
        to: StateType,
    ) -> (Transition, State) {
        let initial = from.map(|kind| {
            let mut initial = state(kind);
            (self.initial)(&mut initial);
            initial
        });
        let mut proposed = State::new(StateId(Uuid::from_u128(0x99)), to, NOW);
        (self.proposed)(&mut proposed);
        let transition = Transition {
            policy,
            initial,
            proposed: Some(proposed.clone()),
            client: self.client,
        };
        (transition, proposed)
    }
}

/// The table of a whole policy, as one snapshot.
pub(crate) fn check_policy(policy: Policy, scenarios: &[Scenario]) {
    let grids = scenarios.iter().map(|scenario| {
        grid(scenario.title, |from, to| {
            scenario.by_policy(policy, from, to)
        })
    });
    let table = grids.collect::<Vec<_>>().join("\n");
    let name = format!("policy_{policy:?}");
    bind("snapshots", || insta::assert_snapshot!(name, table));
}

/// The table of a piece, as one snapshot that is named like the piece.
pub(crate) fn check_piece(piece: &Piece, scenarios: &[Scenario]) {
    let grids = scenarios.iter().map(|scenario| {
        grid(scenario.title, |from, to| {
            scenario.by_piece(piece, from, to)
        })
    });
    let table = grids.collect::<Vec<_>>().join("\n");
    let folder = match piece.kind {
        Kind::Rule { .. } => "../rules/tests/snapshots",
        Kind::Transform => "../transforms/tests/snapshots",
    };
    bind(folder, || insta::assert_snapshot!(piece.name, table));
}

fn bind(folder: &str, check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(folder);
    settings.bind(check);
}

fn grid(title: &str, outcome: impl Fn(Option<StateType>, StateType) -> String) -> String {
    let mut legend: Vec<String> = Vec::new();
    let mut text = format!("## {title}\n\n{:11}", "from \\ to");
    for to in StateType::ALL {
        write!(text, " {:10}", to.as_str()).unwrap();
    }
    for from in [None].into_iter().chain(StateType::ALL.map(Some)) {
        write!(text, "\n{:11}", from.map_or("none", StateType::as_str)).unwrap();
        for to in StateType::ALL {
            let outcome = outcome(from, to);
            let sign = if outcome.is_empty() {
                "."
            } else {
                let known = legend.iter().position(|it| *it == outcome);
                let index = known.unwrap_or_else(|| {
                    legend.push(outcome);
                    legend.len() - 1
                });
                &LETTERS[index..=index]
            };
            write!(text, " {sign:10}").unwrap();
        }
    }
    if legend.is_empty() {
        return format!("## {title}\n\nevery transition is let through as it is\n");
    }
    text.push_str("\n\n");
    for (index, outcome) in legend.iter().enumerate() {
        writeln!(text, "{} = {outcome}", &LETTERS[index..=index]).unwrap();
    }
    let trimmed: Vec<_> = text.lines().map(str::trim_end).collect();
    trimmed.join("\n") + "\n"
}

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

const fn policy_of(run: &Run) -> Policy {
    match run.id {
        RunId::Flow(_) => Policy::CoreFlow,
        RunId::Task(_) => Policy::CoreTask,
    }
}

/// A verdict in words: what was answered, how the state differs from the proposed one, what changed.
pub(crate) fn describe(verdict: &Verdict, proposed: &State, before: &Run, after: &Run) -> String {
    let mut parts = vec![answer(&verdict.details)];
    match &verdict.state {
        None => parts.push("nothing is written".to_owned()),
        Some(state) => parts.extend(state_changes(proposed, state)),
    }
    parts.extend(run_changes(before, after));
    parts.extend(
        verdict
            .effects
            .iter()
            .map(|effect| format!("effect {}", scrub(&format!("{effect:?}")))),
    );
    if parts == ["ACCEPT"] {
        return String::new();
    }
    parts.join("\n      ")
}

fn answer(details: &SetStateDetails) -> String {
    let text = |reason: &Option<String>| reason.clone().unwrap_or_default();
    match details {
        SetStateDetails::Accept {} => "ACCEPT".to_owned(),
        SetStateDetails::Reject { reason } => format!("REJECT {}", text(reason)),
        SetStateDetails::Abort { reason } => format!("ABORT {}", text(reason)),
        SetStateDetails::Wait {
            delay_seconds,
            reason,
        } => format!("WAIT {delay_seconds} s: {}", text(reason)),
    }
    .replace(&FLOW_RUN.to_string(), "flow-run")
}

/// A list of fields that differ, as `label field: new`.
macro_rules! differences {
    ($label:literal, $old:expr, $new:expr, $($field:ident),+ $(,)?) => {
        [$((stringify!($field), format!("{:?}", $old.$field), format!("{:?}", $new.$field))),+]
            .into_iter()
            .filter(|(_, old, new)| old != new)
            .map(|(field, old, new)| {
                format!("{} {field}: {} -> {}", $label, scrub(&old), scrub(&new))
            })
    };
}

fn state_changes(old: &State, new: &State) -> Vec<String> {
    let mut changes: Vec<_> = differences!("state", old, new, id, timestamp, message, data)
        .map(|change| match change.split_once(" id: ") {
            Some(_) => "another state".to_owned(),
            None => change,
        })
        .collect();
    if (old.kind, &old.name) != (new.kind, &new.name) {
        changes.insert(0, format!("written: {} {:?}", new.kind.as_str(), new.name));
    }
    let (old, new) = (&old.state_details, &new.state_details);
    changes.extend(differences!(
        "details",
        old,
        new,
        flow_run_id,
        task_run_id,
        child_flow_run_id,
        scheduled_time,
        cache_key,
        pause_timeout,
        pause_reschedule,
        transition_id,
        task_parameters_id,
        deployment_concurrency_lease_id,
    ));
    changes
}

fn run_changes(old: &Run, new: &Run) -> Vec<String> {
    let mut changes: Vec<_> = differences!(
        "run",
        old,
        new,
        run_count,
        flow_run_run_count,
        start_time,
        end_time,
        total_run_time,
        expected_start_time,
        next_scheduled_start_time,
    )
    .collect();
    if let (Some(old), Some(new)) = (old.flow_policy(), new.flow_policy()) {
        changes.extend(differences!(
            "policy", old, new, pause_keys, resuming, retry_type
        ));
    }
    changes
}
