//! Events: stored once, task runs reported by them, listed, counted.

use milliways_model::event::{Countable, TimeUnit};
use milliways_model::filter::{EventFilter, EventNameFilter, EventResourceFilter};
use milliways_model::{Event, StateType, TaskRunId, uuid7_now};
use milliways_storage::EventPageAt;
use serde_json::json;

use super::{Fixture, on_both};

on_both! {
    events_are_stored_once_and_found
    task_runs_are_recorded_from_events
}

fn event(name: &str, resource: &str) -> Event {
    serde_json::from_value(json!({
        "id": uuid7_now(), "occurred": "2026-11-21T04:12:00Z", "event": name,
        "resource": {"prefect.resource.id": resource}, "payload": {"n": 1},
    }))
    .unwrap()
}

fn report(task: TaskRunId, kind: &str, second: u32) -> Event {
    serde_json::from_value(json!({
        "id": uuid7_now(), "occurred": format!("2026-11-21T04:12:{second:02}Z"), "event": format!("prefect.task-run.{kind}"),
        "resource": {"prefect.resource.id": format!("prefect.task-run.{task}"), "prefect.orchestration": "client"},
        "payload": {
            "validated_state": {"type": kind.to_uppercase(), "name": kind, "message": ""},
            "task_run": {"name": "t-1", "task_key": "t", "dynamic_key": "1", "tags": ["x"], "run_count": 1, "total_run_time": 2.5},
        },
    }))
    .unwrap()
}

async fn events_are_stored_once_and_found(fixture: Fixture) {
    let scope = fixture.scope();
    let (first, second) = (event("a.b", "r.1"), event("a.c", "r.2"));
    scope
        .record_events(vec![first.clone(), second.clone(), first.clone()])
        .await
        .unwrap();
    scope.record_events(vec![second]).await.unwrap();
    let at = EventPageAt {
        offset: 0,
        limit: 50,
    };
    let found = scope.events(EventFilter::default(), at).await.unwrap();
    assert_eq!(found.events.len(), 2);
    let by_name = EventFilter {
        event: Some(EventNameFilter {
            prefix: Some(vec!["a.".into()]),
            exclude_name: Some(vec!["a.c".into()]),
            ..EventNameFilter::default()
        }),
        ..EventFilter::default()
    };
    let found = scope.events(by_name.clone(), at).await.unwrap();
    assert!(found.is_exact);
    assert_eq!(found.events.len(), 1);
    assert_eq!(found.events[0].payload.get(), r#"{"n":1}"#);
    assert_eq!(scope.count_event_rows(by_name.clone()).await.unwrap(), 1);
    let by_resource = EventFilter {
        resource: Some(EventResourceFilter {
            id_prefix: Some(vec!["r.".into()]),
            ..EventResourceFilter::default()
        }),
        ..EventFilter::default()
    };
    let counts = scope
        .count_events(by_resource.clone(), Countable::Event, TimeUnit::Day, 1.0)
        .await
        .unwrap();
    assert_eq!(counts.iter().map(|count| count.count).sum::<i64>(), 2);
    let days = scope
        .count_events(by_resource, Countable::Day, TimeUnit::Day, 1.0)
        .await
        .unwrap();
    assert_eq!(days.len(), 1);
    assert_eq!(days[0].count, 2);
}

async fn task_runs_are_recorded_from_events(fixture: Fixture) {
    let scope = fixture.scope();
    let task = TaskRunId(uuid7_now());
    let (pending, running, completed) = (
        report(task, "Pending", 1),
        report(task, "Running", 2),
        report(task, "Completed", 3),
    );
    // Late, twice, and out of order: the run never moves back.
    scope.record_events(vec![completed.clone()]).await.unwrap();
    scope
        .record_events(vec![pending, running.clone(), completed])
        .await
        .unwrap();
    scope.record_events(vec![running]).await.unwrap();
    let run = scope.task_run(task).await.unwrap().unwrap();
    assert_eq!(run.state_type, Some(StateType::Completed));
    assert_eq!(
        (run.run_count, run.total_run_time, run.name.as_str()),
        (1, 2.5, "t-1")
    );
    let states = scope.task_run_states(task).await.unwrap();
    let kinds: Vec<StateType> = states.iter().map(|state| state.kind).collect();
    assert_eq!(
        kinds,
        [StateType::Pending, StateType::Running, StateType::Completed]
    );
    // A name that is settled only after the first report holds, in one batch and in two.
    for batches in [1, 2] {
        let task = TaskRunId(uuid7_now());
        let mut named = report(task, "Running", 5);
        let payload = named.payload.get().replace("t-1", "settled");
        named.payload = serde_json::from_str(&payload).unwrap();
        let both = vec![report(task, "Pending", 4), named];
        for batch in both.chunks(2 / batches) {
            scope.record_events(batch.to_vec()).await.unwrap();
        }
        assert_eq!(scope.task_run(task).await.unwrap().unwrap().name, "settled");
    }
}
