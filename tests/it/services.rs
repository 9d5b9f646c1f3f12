//! Each service mends what it is there for, and nothing else.

mod workers;

use std::time::{Duration, Instant};

use milliways_model::journal::JournalBatch;
use milliways_model::{
    FlowCreate, FlowRun, FlowRunCreate, FlowRunId, LogCreate, StateCreate, StateType, uuid7_now,
};
use milliways_orchestration::Client;
use milliways_services::{
    Kept, LateRuns, LeaseReaper, PauseExpirations, PlannerStatistics, Report, Retention, Service,
    SlotReaper,
};
use milliways_storage::{
    JournalRun, LeaseRequest, LimitKey, Origin, Scope, Set, SlotRequest, Slots,
};
use serde_json::json;

use crate::storage::{Fixture, on_both};

on_both! {
    a_shared_database_looks_at_what_has_grown
    overdue_runs_are_marked_late_once
    silent_runs_are_crashed_after_a_grace
    forgotten_pauses_fail
    slots_of_silent_holders_come_back_after_a_grace
    old_things_are_deleted
    events_of_some_names_are_kept_for_less
}

const SET: Set = Set {
    force: false,
    client: Client::CURRENT,
};

async fn run(scope: &Scope, state: StateCreate) -> FlowRun {
    let create = FlowCreate {
        name: "etl".into(),
        tags: vec![],
        labels: None,
    };
    let (flow, _) = scope.create_flow(create).await.unwrap();
    let mut create: FlowRunCreate = serde_json::from_value(json!({"flow_id": flow.id})).unwrap();
    create.state = Some(state);
    scope
        .create_flow_run(create, Origin::default())
        .await
        .unwrap()
        .0
}

async fn state_name(scope: &Scope, id: FlowRunId) -> String {
    scope
        .flow_run(id)
        .await
        .unwrap()
        .unwrap()
        .state_name
        .unwrap()
}

async fn slots_of_silent_holders_come_back_after_a_grace(fixture: Fixture) {
    let scope = fixture.scope();
    let create = serde_json::from_value(json!({"name": "db", "limit": 1})).unwrap();
    scope.create_concurrency_limit(create).await.unwrap();
    let request = SlotRequest {
        names: vec!["db".into()],
        slots: 1,
        mode: milliways_model::concurrency_limit::SlotMode::Concurrency,
    };
    let lease = LeaseRequest {
        seconds: 60.0,
        holder: None,
    };
    let taken = scope.lease_slots(request, lease).await.unwrap();
    assert!(matches!(taken, Slots::Taken(_)));
    let active = async || {
        let found = scope.concurrency_limit(LimitKey::Name("db".into())).await;
        found.unwrap().unwrap().active_slots
    };
    // The server was away while the lease ended: its holder could not renew it.
    fixture.clock.advance(100.0);
    let mut service = SlotReaper::new(fixture.store.clone());
    assert_eq!(service.tick().await.unwrap(), Report::default());
    fixture.clock.advance(59.0);
    assert_eq!(service.tick().await.unwrap(), Report::default());
    assert_eq!(active().await, 1);
    fixture.clock.advance(2.0);
    assert_eq!(service.tick().await.unwrap().changed, 1);
    assert_eq!(service.tick().await.unwrap(), Report::default());
    assert_eq!(active().await, 0);
}

async fn a_shared_database_looks_at_what_has_grown(fixture: Fixture) {
    let mut service = PlannerStatistics::new(fixture.store.clone());
    let line =
        json!({"name": "n", "level": 20, "message": "m", "timestamp": "2026-11-21T04:12:32Z"});
    let line: LogCreate = serde_json::from_value(line).unwrap();
    let lines = vec![line; 700];
    fixture.scope().create_logs(lines).await.unwrap();
    // The database's sessions tell it of new rows by and by, and it tells nobody: it has to be asked until it knows.
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut looked_at = 0;
    // At three that are joined with many others as well, few as they are.
    while fixture.store.is_shared() && looked_at < 4 {
        assert!(Instant::now() < deadline, "nobody noticed 700 new rows");
        looked_at += service.tick().await.unwrap().changed;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // What is known is enough until there are twice as many.
    assert_eq!(service.tick().await.unwrap(), Report::default());
}

async fn overdue_runs_are_marked_late_once(fixture: Fixture) {
    let scope = fixture.scope();
    let mut service = LateRuns::new(fixture.store.clone(), Duration::from_secs(15));
    let due = run(&scope, StateCreate::new(StateType::Scheduled)).await;
    fixture.clock.advance(14.0);
    assert_eq!(service.tick().await.unwrap(), Report::default());
    fixture.clock.advance(2.0);
    assert_eq!(service.tick().await.unwrap().changed, 1);
    assert_eq!(service.tick().await.unwrap().changed, 0);
    assert_eq!(state_name(&scope, due.id).await, "Late");
    let late = scope.flow_run(due.id).await.unwrap().unwrap();
    assert_eq!(
        late.next_scheduled_start_time,
        due.next_scheduled_start_time
    );
}

async fn silent_runs_are_crashed_after_a_grace(fixture: Fixture) {
    let scope = fixture.scope();
    let id = FlowRunId(uuid7_now());
    let record = json!({"flow_run": {"id": id, "flow_name": "etl", "name": "quiet",
        "states": [{"id": uuid7_now(), "type": "RUNNING", "name": "Running", "timestamp": "2026-11-21T04:12:32Z"}]}});
    let records = vec![serde_json::from_str(&record.to_string()).unwrap()];
    let batch = JournalBatch {
        epoch: 1,
        first_seq: 1,
        records,
    };
    scope.journal(JournalRun::Flow(id), batch).await.unwrap();
    // The server was away for longer than the lease: it starts with a grace.
    fixture.clock.advance(600.0);
    let mut service = LeaseReaper::new(fixture.store.clone());
    assert_eq!(service.tick().await.unwrap().changed, 0);
    fixture.clock.advance(29.0);
    assert_eq!(service.tick().await.unwrap().changed, 0);
    fixture.clock.advance(2.0);
    assert_eq!(service.tick().await.unwrap().changed, 1);
    assert_eq!(service.tick().await.unwrap().changed, 0);
    assert_eq!(state_name(&scope, id).await, "Crashed");
}

async fn forgotten_pauses_fail(fixture: Fixture) {
    let scope = fixture.scope();
    let mut service = PauseExpirations::new(fixture.store.clone());
    let paused = run(&scope, StateCreate::new(StateType::Pending)).await;
    scope
        .set_flow_run_state(paused.id, StateCreate::new(StateType::Running), SET)
        .await
        .unwrap();
    let mut state = StateCreate::new(StateType::Paused);
    state.state_details.pause_timeout =
        Some(milliways_model::time::Clock::now(&*fixture.clock).plus_seconds(60.0));
    scope
        .set_flow_run_state(paused.id, state, SET)
        .await
        .unwrap();
    assert_eq!(service.tick().await.unwrap().changed, 0);
    fixture.clock.advance(61.0);
    assert_eq!(service.tick().await.unwrap().changed, 1);
    assert_eq!(service.tick().await.unwrap().changed, 0);
    assert_eq!(state_name(&scope, paused.id).await, "Failed");
}

async fn old_things_are_deleted(fixture: Fixture) {
    let scope = fixture.scope();
    let day = Duration::from_hours(24);
    let kept = Kept {
        events: Some(day),
        logs: Some(day),
        flow_runs: Some(7 * day),
        ..Kept::default()
    };
    let mut service = Retention::new(fixture.store.clone(), kept);
    let done = run(&scope, StateCreate::new(StateType::Completed)).await;
    let going = run(&scope, StateCreate::new(StateType::Pending)).await;
    let event = json!({"id": uuid7_now(), "occurred": "2026-11-21T04:12:32Z", "event": "x", "resource": {"prefect.resource.id": "r"}});
    scope
        .record_events(vec![serde_json::from_value(event).unwrap()])
        .await
        .unwrap();
    let log = json!({"name": "l", "level": 20, "message": "m", "timestamp": "2026-11-21T04:12:32Z", "flow_run_id": going.id});
    scope
        .create_logs(vec![serde_json::from_value(log).unwrap()])
        .await
        .unwrap();
    assert_eq!(service.tick().await.unwrap().changed, 0);
    fixture.clock.advance(2.0 * 86_400.0);
    assert_eq!(
        service.tick().await.unwrap(),
        Report {
            changed: 2,
            more: false
        }
    );
    fixture.clock.advance(6.0 * 86_400.0);
    assert_eq!(service.tick().await.unwrap().changed, 1);
    assert_eq!(scope.flow_run(done.id).await.unwrap(), None);
    assert!(scope.flow_run(going.id).await.unwrap().is_some());
}

async fn events_of_some_names_are_kept_for_less(fixture: Fixture) {
    let scope = fixture.scope();
    let minute = Duration::from_mins(1);
    let mut service = Retention::new(
        fixture.store.clone(),
        Kept {
            events: Some(60 * minute),
            events_named: vec![("short".into(), minute), ("gone".into(), Duration::ZERO)],
            // Ten events are looked at at a time.
            batch: 1,
            ..Kept::default()
        },
    );
    let told = |name: &str| {
        let event = json!({
            "id": uuid7_now(), "occurred": "2026-11-21T04:12:32Z", "event": name,
            "resource": {"prefect.resource.id": "r"},
        });
        serde_json::from_value(event).unwrap()
    };
    for _ in 0..12 {
        let events = ["short", "long", "gone"].map(told);
        scope.record_events(events.into()).await.unwrap();
        fixture.clock.advance(0.001);
    }
    let mut changed = async || {
        let mut changed = 0;
        loop {
            let report = service.tick().await.unwrap();
            changed += report.changed;
            if !report.more {
                break changed;
            }
        }
    };
    assert_eq!(changed().await, 12);
    fixture.clock.advance(120.0);
    assert_eq!(changed().await, 12);
    assert_eq!(changed().await, 0);
    scope
        .record_events(vec![told("short"), told("long")])
        .await
        .unwrap();
    fixture.clock.advance(120.0);
    assert_eq!(changed().await, 1);
    fixture.clock.advance(3_600.0);
    assert_eq!(changed().await, 13);
}
