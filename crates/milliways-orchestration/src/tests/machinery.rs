//! The machinery: order of entry and exit, skipping, fizzling, undoing.

use std::cell::RefCell;

use milliways_model::ids::Uuid;
use milliways_model::{SetStateStatus, StateId, StateType};

use super::{FLOW_RUN, NOW, draws, state};
use crate::context::Context;
use crate::machinery::{MAX_PIECES, orchestrate};
use crate::piece::Piece;
use crate::policy;
use crate::state_set::StateSet;
use crate::{Client, Effect, Facts, Policy, Run, RunId, Transition, Verdict};

thread_local! {
    static CALLS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// A piece that writes down when it is called.
macro_rules! noting {
    ($make:expr, $before:literal, $after:literal, $undo:literal) => {
        noting!($make, $before, $after, $undo, |_| {})
    };
    ($make:expr, $before:literal, $after:literal, $undo:literal, $act:expr) => {
        $make
            .before(|cx| {
                CALLS.with_borrow_mut(|calls| calls.push($before));
                let act: fn(&mut Context<'_>) = $act;
                act(cx);
            })
            .after(|_| CALLS.with_borrow_mut(|calls| calls.push($after)))
            .undo(|_| CALLS.with_borrow_mut(|calls| calls.push($undo)))
    };
}

const fn any() -> Piece {
    Piece::rule("any", StateSet::ALL, StateSet::ALL)
}
const FIRST: Piece = noting!(any(), "first", "first after", "first undo");
const SECOND: Piece = noting!(any(), "second", "second after", "second undo");
const TRANSFORM: Piece = noting!(
    Piece::transform("t"),
    "transform",
    "transform after",
    "never"
);
const ELSEWHERE: Piece = noting!(
    Piece::rule("elsewhere", StateSet::TERMINAL, StateSet::ALL),
    "never",
    "never",
    "never"
);
const REPLACES: Piece = noting!(any(), "replaces", "replaces after", "replaces undo", |cx| {
    let state = cx.new_state(StateType::Failed);
    cx.replace(state, "better so");
});
const RENAMES: Piece = noting!(any(), "renames", "renames after", "renames undo", |cx| {
    cx.rename("Other");
});
const REJECTS: Piece = noting!(any(), "rejects", "rejects after", "rejects undo", |cx| {
    cx.reject("no");
});
const ABORTS: Piece = noting!(any(), "aborts", "aborts after", "aborts undo", |cx| {
    cx.abort("never");
});
const DELAYS: Piece = noting!(any(), "delays", "delays after", "delays undo", |cx| {
    cx.delay(3, "later");
});

fn run(pieces: &[&Piece], global: &[&Piece], from: Option<StateType>) -> (Verdict, String) {
    let mut run = Run::flow(FLOW_RUN);
    let mut draw = draws();
    let facts = Facts::default();
    let mut proposed = state(StateType::Running);
    proposed.id = StateId(Uuid::from_u128(0x99));
    let transition = Transition {
        policy: Policy::CoreFlow,
        initial: from.map(state),
        proposed: Some(proposed),
        client: Client::CURRENT,
    };
    let cx = Context::new(transition, &mut run, &facts, NOW, &mut draw);
    CALLS.take();
    let verdict = orchestrate(pieces, global, cx);
    (verdict, CALLS.take().join(", "))
}

const PENDING: Option<StateType> = Some(StateType::Pending);

#[test]
fn pieces_are_left_in_the_reverse_order_of_entry() {
    let (verdict, calls) = run(&[&FIRST, &ELSEWHERE, &SECOND], &[&TRANSFORM], PENDING);
    assert_eq!(verdict.status, SetStateStatus::Accept);
    assert_eq!(
        calls,
        "first, second, transform, transform after, second after, first after"
    );
}

#[test]
fn who_was_entered_fizzles_and_who_follows_is_skipped_when_the_type_is_changed() {
    let (verdict, calls) = run(&[&FIRST, &REPLACES, &SECOND], &[&TRANSFORM], PENDING);
    assert_eq!(verdict.status, SetStateStatus::Reject);
    assert_eq!(verdict.intended, Some(StateType::Running));
    assert_eq!(verdict.current().unwrap().kind, StateType::Failed);
    assert_eq!(
        calls,
        "first, replaces, transform, transform after, replaces after, first undo"
    );
}

#[test]
fn a_name_is_no_type_so_that_nobody_fizzles() {
    let (verdict, calls) = run(&[&FIRST, &RENAMES, &SECOND], &[], PENDING);
    assert_eq!(verdict.status, SetStateStatus::Accept);
    assert_eq!(verdict.state.unwrap().name, "Other");
    assert_eq!(
        calls,
        "first, renames, second, second after, renames after, first after"
    );
}

#[test]
fn nothing_is_written_and_all_is_undone_when_the_proposal_is_turned_down() {
    for (piece, name, status) in [
        (&REJECTS, "rejects", SetStateStatus::Reject),
        (&ABORTS, "aborts", SetStateStatus::Abort),
        (&DELAYS, "delays", SetStateStatus::Wait),
    ] {
        let (verdict, calls) = run(&[&FIRST, piece, &SECOND], &[&TRANSFORM], PENDING);
        assert_eq!(verdict.status, status);
        assert_eq!(verdict.state, None);
        assert_eq!(verdict.current().unwrap().kind, StateType::Pending);
        assert_eq!(calls, format!("first, {name}, {name} undo, first undo"));
    }
}

#[test]
fn a_run_without_a_state_is_not_rejected_but_aborted() {
    let (verdict, _) = run(&[&REJECTS], &[], None);
    assert_eq!(verdict.status, SetStateStatus::Abort);
    assert_eq!(verdict.current(), None);
    let (verdict, _) = run(&[&REPLACES], &[], None);
    assert_eq!(verdict.status, SetStateStatus::Reject);
    assert_eq!(verdict.current().unwrap().kind, StateType::Failed);
}

#[test]
fn a_slot_that_is_promised_is_not_taken_when_the_rule_fizzles() {
    // PAUSED to PENDING: a slot is there, but a paused run can't be submitted.
    let mut run = Run::flow(FLOW_RUN);
    run.deployment_id = Some(super::DEPLOYMENT);
    let before = run.clone();
    let facts = super::facts_with(super::deployment(Some(super::limit(0, 1))));
    let transition = |from| Transition {
        policy: Policy::CoreFlow,
        initial: Some(state(from)),
        proposed: Some(state(StateType::Pending)),
        client: Client::CURRENT,
    };
    let mut draw = draws();
    let paused = transition(StateType::Paused);
    let verdict = crate::decide(paused, &mut run, &facts, NOW, &mut draw);
    assert_eq!(verdict.status, SetStateStatus::Reject);
    assert_eq!(verdict.effects, []);
    assert_eq!(run, before);

    let scheduled = transition(StateType::Scheduled);
    let verdict = crate::decide(scheduled, &mut run, &facts, NOW, &mut draw);
    assert_eq!(verdict.status, SetStateStatus::Accept);
    assert!(matches!(
        verdict.effects[..],
        [Effect::TakeDeploymentSlot { .. }]
    ));
}

#[test]
fn every_list_fits_and_names_each_piece_once() {
    let policies = Policy::ALL.map(policy::pieces);
    let globals = [
        policy::global(RunId::Flow(FLOW_RUN)),
        policy::global(RunId::Task(super::TASK_RUN)),
    ];
    for list in policies.into_iter().chain(globals) {
        assert!(list.len() <= MAX_PIECES);
        let mut names: Vec<_> = list.iter().map(|piece| piece.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), list.len());
    }
}

#[test]
fn policies_are_in_the_documented_order() {
    let list = |pieces: &[&Piece]| {
        let names: Vec<_> = pieces.iter().map(|piece| piece.name).collect();
        names.join("\n  ")
    };
    let policies = Policy::ALL.map(|it| format!("{it:?}\n  {}", list(policy::pieces(it))));
    let runs = [RunId::Flow(FLOW_RUN), RunId::Task(super::TASK_RUN)];
    let globals = runs.map(|it| format!("then {it:?}\n  {}", list(policy::global(it))));
    let text = [policies.join("\n"), globals.join("\n")].join("\n");
    insta::assert_snapshot!("policies", super::scrub::scrub(&text));
}
