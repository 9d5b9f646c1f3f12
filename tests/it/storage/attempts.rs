//! Attempts: who claims a run and under which conditions, what a process hears of a cancel, and what it may say then.

use milliways_model::journal::{AttemptCreate, JournalBatch, JournalRecord};
use milliways_model::time::Clock as _;
use milliways_model::{FlowRunId, StateCreate, StateType, uuid7_now};
use milliways_orchestration::Client;
use milliways_storage::{Claimed, JournalError, JournalRun, Scope, Set, StoreError};
use serde_json::json;

use super::runs::flow_run;
use super::{Fixture, on_both};

on_both! {
    a_claim_and_its_state_come_about_together
    a_claim_that_is_not_accepted_changes_nothing
    a_run_that_has_moved_on_is_not_claimed
    of_many_claims_at_once_one_comes_about
    a_process_hears_of_a_cancel
    a_cancelled_run_is_cancelled_once
    a_cancelled_run_does_not_go_on
    a_run_that_waits_without_a_process_is_not_crashed
}

const SET: Set = Set {
    force: true,
    client: Client::CURRENT,
};

async fn made(scope: &Scope, kind: StateType) -> FlowRunId {
    let run = flow_run(scope, "held", |create| {
        create.state = Some(StateCreate::new(kind));
    });
    run.await.id
}

fn wanted(kind: StateType) -> AttemptCreate {
    AttemptCreate {
        state: Some(StateCreate::new(kind)),
        follows: None,
    }
}

async fn claim(scope: &Scope, run: FlowRunId, wanted: AttemptCreate) -> Option<Claimed> {
    let claimed = scope.claim_flow_run(run, wanted, Client::CURRENT).await;
    claimed.unwrap()
}

/// Claims with a state that is accepted; gives the epoch.
async fn claimed(scope: &Scope, run: FlowRunId, kind: StateType) -> i64 {
    match claim(scope, run, wanted(kind)).await {
        Some(Claimed::Yes(claim)) => claim.epoch,
        other => panic!("{other:?}"),
    }
}

async fn refused(scope: &Scope, run: FlowRunId, wanted: AttemptCreate) -> String {
    match claim(scope, run, wanted).await {
        Some(Claimed::No(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

async fn set(scope: &Scope, run: FlowRunId, kind: StateType) {
    let outcome = scope.set_flow_run_state(run, StateCreate::new(kind), SET);
    assert!(outcome.await.unwrap().unwrap().written);
}

/// The states of a run, and whether the last of them is the one that the run is in.
async fn states(scope: &Scope, id: FlowRunId) -> Vec<StateType> {
    let states = scope.flow_run_states(id).await.unwrap();
    let kinds = states.iter().map(|state| state.kind);
    kinds.collect()
}

async fn current(scope: &Scope, id: FlowRunId) -> StateType {
    let run = scope.flow_run(id).await.unwrap().unwrap();
    run.state_type.unwrap()
}

/// Reports states, each a second after the one before; whether the ack says that the run is to end.
async fn report(fixture: &Fixture, run: FlowRunId, epoch: i64, kinds: &[StateType]) -> bool {
    let mut states = Vec::new();
    for kind in kinds {
        fixture.clock.advance(1.0);
        states.push(json!({"id": uuid7_now(), "type": kind, "name": format!("{kind:?}"), "timestamp": fixture.clock.now()}));
    }
    let record = json!({"flow_run_states": states}).to_string();
    let records: Vec<JournalRecord> = if kinds.is_empty() {
        Vec::new()
    } else {
        vec![serde_json::from_str(&record).unwrap()]
    };
    let scope = fixture.scope();
    let held = JournalBatch {
        epoch,
        first_seq: 1,
        records: Vec::new(),
    };
    let acked = scope.journal(JournalRun::Flow(run), held).await.unwrap();
    let batch = JournalBatch {
        epoch,
        first_seq: acked.acked_seq + 1,
        records,
    };
    let ack = scope.journal(JournalRun::Flow(run), batch).await.unwrap();
    ack.cancel
}

async fn a_claim_and_its_state_come_about_together(fixture: Fixture) {
    let scope = fixture.scope();
    let absent = FlowRunId(uuid7_now());
    assert_eq!(
        claim(&scope, absent, wanted(StateType::Pending)).await,
        None
    );
    let run = made(&scope, StateType::Scheduled).await;
    assert_eq!(claimed(&scope, run, StateType::Pending).await, 1);
    assert_eq!(
        states(&scope, run).await,
        [StateType::Scheduled, StateType::Pending]
    );
    // The claim is a lease: whoever has it and is silent is missed.
    fixture.clock.advance(29.0);
    assert!(fixture.store.lapsed_attempts(10).await.unwrap().is_empty());
    fixture.clock.advance(2.0);
    let lapsed = fixture.store.lapsed_attempts(10).await.unwrap();
    assert_eq!(lapsed.len(), 1);
    assert_eq!(lapsed[0].1, run);
    assert!(scope.crash_lapsed(run, "gone".into()).await.unwrap());
    assert_eq!(current(&scope, run).await, StateType::Crashed);
}

async fn a_claim_that_is_not_accepted_changes_nothing(fixture: Fixture) {
    let scope = fixture.scope();
    let run = made(&scope, StateType::Scheduled).await;
    assert_eq!(claimed(&scope, run, StateType::Pending).await, 1);
    let reason = refused(&scope, run, wanted(StateType::Pending)).await;
    assert!(reason.contains("PENDING"), "{reason}");
    assert_eq!(
        states(&scope, run).await,
        [StateType::Scheduled, StateType::Pending]
    );
    // Who had the claim has it still.
    assert!(!report(&fixture, run, 1, &[StateType::Running]).await);
    assert_eq!(current(&scope, run).await, StateType::Running);
}

async fn a_run_that_has_moved_on_is_not_claimed(fixture: Fixture) {
    let scope = fixture.scope();
    let run = made(&scope, StateType::Scheduled).await;
    let seen = scope.flow_run(run).await.unwrap().unwrap().state_id;
    set(&scope, run, StateType::Cancelled).await;
    let late = |state| AttemptCreate {
        state,
        follows: seen,
    };
    let cancelled = Some(StateCreate::new(StateType::Cancelled));
    for state in [cancelled, None] {
        let reason = refused(&scope, run, late(state)).await;
        assert_eq!(reason, "The flow run's state has changed.");
    }
    assert_eq!(
        states(&scope, run).await,
        [StateType::Scheduled, StateType::Cancelled]
    );
    let now = scope.flow_run(run).await.unwrap().unwrap().state_id;
    let known = AttemptCreate {
        state: None,
        follows: now,
    };
    assert!(matches!(
        claim(&scope, run, known).await,
        Some(Claimed::Yes(claim)) if claim.epoch == 1
    ));
}

async fn of_many_claims_at_once_one_comes_about(fixture: Fixture) {
    const CLAIMANTS: usize = 8;
    let scope = fixture.scope();
    let run = made(&scope, StateType::Scheduled).await;
    let claims = (0..CLAIMANTS).map(|_| claim(&scope, run, wanted(StateType::Pending)));
    let claims = futures_util::future::join_all(claims).await;
    let had = claims
        .iter()
        .filter(|claim| matches!(claim, Some(Claimed::Yes(_))));
    assert_eq!(had.count(), 1, "{claims:?}");
    assert_eq!(
        states(&scope, run).await,
        [StateType::Scheduled, StateType::Pending]
    );
}

async fn a_process_hears_of_a_cancel(fixture: Fixture) {
    let scope = fixture.scope();
    for kind in [StateType::Cancelling, StateType::Cancelled] {
        let run = made(&scope, StateType::Scheduled).await;
        let epoch = claimed(&scope, run, StateType::Pending).await;
        assert!(!report(&fixture, run, epoch, &[StateType::Running]).await);
        fixture.clock.advance(1.0);
        set(&scope, run, kind).await;
        // A renewal tells it, and so does whatever else is sent.
        assert!(report(&fixture, run, epoch, &[]).await, "{kind:?}");
        assert!(
            report(&fixture, run, epoch, &[StateType::Running]).await,
            "{kind:?}"
        );
        // An attempt that was taken over hears something else.
        let other = claim(&scope, run, AttemptCreate::default()).await;
        assert!(matches!(other, Some(Claimed::Yes(claim)) if claim.epoch == epoch + 1));
        let renewal = JournalBatch {
            epoch,
            first_seq: 1,
            records: Vec::new(),
        };
        let stale = scope.journal(JournalRun::Flow(run), renewal).await;
        assert!(matches!(
            stale,
            Err(StoreError::Journal(JournalError::Stale { .. }))
        ));
    }
}

async fn a_cancelled_run_is_cancelled_once(fixture: Fixture) {
    let scope = fixture.scope();
    let run = made(&scope, StateType::Scheduled).await;
    let epoch = claimed(&scope, run, StateType::Pending).await;
    report(&fixture, run, epoch, &[StateType::Running]).await;
    fixture.clock.advance(1.0);
    set(&scope, run, StateType::Cancelled).await;
    report(&fixture, run, epoch, &[StateType::Cancelled]).await;
    assert_eq!(
        states(&scope, run).await,
        [
            StateType::Scheduled,
            StateType::Pending,
            StateType::Running,
            StateType::Cancelled
        ]
    );
}

async fn a_cancelled_run_does_not_go_on(fixture: Fixture) {
    let scope = fixture.scope();
    let run = made(&scope, StateType::Scheduled).await;
    let epoch = claimed(&scope, run, StateType::Pending).await;
    fixture.clock.advance(1.0);
    set(&scope, run, StateType::Cancelled).await;
    // It began before it could hear of it.
    assert!(report(&fixture, run, epoch, &[StateType::Running]).await);
    assert_eq!(current(&scope, run).await, StateType::Cancelled);
    // Who begins it anew does so on purpose.
    let again = claim(&scope, run, AttemptCreate::default()).await;
    assert!(matches!(again, Some(Claimed::Yes(claim)) if claim.epoch == epoch + 1));
    let anew = [StateType::Pending, StateType::Running];
    assert!(!report(&fixture, run, epoch + 1, &anew).await);
    assert_eq!(current(&scope, run).await, StateType::Running);
}

async fn a_run_that_waits_without_a_process_is_not_crashed(fixture: Fixture) {
    let scope = fixture.scope();
    let given_back = made(&scope, StateType::Scheduled).await;
    claimed(&scope, given_back, StateType::Pending).await;
    claimed(&scope, given_back, StateType::Scheduled).await;
    let suspended = made(&scope, StateType::Scheduled).await;
    let epoch = claimed(&scope, suspended, StateType::Pending).await;
    report(&fixture, suspended, epoch, &[StateType::Running]).await;
    let mut state = StateCreate::new(StateType::Paused);
    state.state_details.pause_reschedule = true;
    let outcome = scope.set_flow_run_state(suspended, state, SET);
    assert!(outcome.await.unwrap().unwrap().written);
    fixture.clock.advance(31.0);
    let lapsed = fixture.store.lapsed_attempts(10).await.unwrap();
    assert_eq!(lapsed.len(), 2);
    for (_, run, _) in lapsed {
        assert!(!scope.crash_lapsed(run, "gone".into()).await.unwrap());
    }
    assert_eq!(current(&scope, given_back).await, StateType::Scheduled);
    assert_eq!(current(&scope, suspended).await, StateType::Paused);
    // Nobody asks again.
    assert!(fixture.store.lapsed_attempts(10).await.unwrap().is_empty());
}
