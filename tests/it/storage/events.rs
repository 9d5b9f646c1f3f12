//! Events: stored once, task runs reported by them, listed, counted.

use milliways_model::event::{Countable, TimeUnit};
use milliways_model::filter::{EventFilter, EventNameFilter, EventResourceFilter};
use milliways_model::{Event, StateType, TaskRunId, WorkspaceId, uuid7_now};
use milliways_storage::{EventPageAt, Scope, Store, events_are_exact};
use serde_json::json;

use super::{Fixture, on_both};

on_both! {
    events_are_stored_once_and_found
    events_are_found_by_what_they_are_about
    a_list_goes_on_where_it_ended
    task_runs_are_recorded_from_events
    a_late_report_of_a_deleted_run_makes_no_task_run
    reports_are_only_events_where_they_are_not_recorded
    the_log_keeps_the_newest_heartbeat_of_a_run
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
        after: None,
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
    assert!(events_are_exact(&by_name));
    let found = scope.events(by_name.clone(), at).await.unwrap();
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
        let both = [report(task, "Pending", 4), named];
        for batch in both.chunks(2 / batches) {
            scope.record_events(batch.to_vec()).await.unwrap();
        }
        assert_eq!(scope.task_run(task).await.unwrap().unwrap().name, "settled");
    }
}

async fn a_late_report_of_a_deleted_run_makes_no_task_run(fixture: Fixture) {
    let scope = fixture.scope();
    let run = uuid7_now();
    let (task, late) = (TaskRunId(uuid7_now()), TaskRunId(uuid7_now()));
    let of_run = |mut event: Event| {
        let related = json!([{"prefect.resource.id": format!("prefect.flow-run.{run}"), "prefect.resource.role": "flow-run"}]);
        event.related = serde_json::from_value(related).unwrap();
        event
    };
    let orphan = of_run(report(late, "Running", 1));
    let batch = vec![orphan.clone(), report(task, "Running", 2)];
    assert_eq!(scope.record_events(batch).await.unwrap(), 1);
    assert!(scope.task_run(late).await.unwrap().is_none());
    assert!(scope.task_run(task).await.unwrap().is_some());
    // The event itself is kept, and known if it comes once more.
    assert_eq!(scope.record_events(vec![orphan]).await.unwrap(), 0);
    let about = json!({"resource": {"id": [format!("prefect.task-run.{late}")]}});
    assert_eq!(found(&scope, about).await.0, 1);
}

async fn the_log_keeps_the_newest_heartbeat_of_a_run(fixture: Fixture) {
    let scope = fixture.scope();
    let beat = |run: &str, second: u32| {
        let mut beat = event("prefect.flow-run.heartbeat", run);
        beat.occurred = format!("2026-11-21T04:12:{second:02}Z").parse().unwrap();
        beat
    };
    let [one, other] = ["prefect.flow-run.1", "prefect.flow-run.2"];
    let store = async |events: Vec<Event>| scope.record_events(events).await.unwrap();
    let late = beat(one, 3);
    store(vec![
        beat(one, 1),
        event("a.b", one),
        beat(one, 2),
        beat(other, 1),
    ])
    .await;
    store(vec![beat(one, 5)]).await;
    store(vec![late.clone(), beat(other, 7)]).await;
    store(vec![late]).await;
    let at = EventPageAt {
        after: None,
        limit: 50,
    };
    let stored = scope.events(EventFilter::default(), at).await.unwrap();
    let told: Vec<String> = stored
        .events
        .iter()
        .map(|it| format!("{} {} {}", it.event, it.resource.id(), it.occurred))
        .collect();
    assert_eq!(
        told,
        [
            "prefect.flow-run.heartbeat prefect.flow-run.2 2026-11-21T04:12:07.000000Z",
            "prefect.flow-run.heartbeat prefect.flow-run.1 2026-11-21T04:12:05.000000Z",
            "a.b prefect.flow-run.1 2026-11-21T04:12:00.000000Z",
        ]
    );
    // Counts tell the same as the log.
    let beats = json!({"event": {"name": ["prefect.flow-run.heartbeat"]}});
    assert_eq!(found(&scope, beats).await.0, 2);
}

/// How many events a filter finds, and whether the store says that they are exactly those.
async fn found(scope: &Scope, filter: serde_json::Value) -> (usize, bool) {
    let filter: EventFilter = serde_json::from_value(filter).unwrap();
    let at = EventPageAt {
        after: None,
        limit: 50,
    };
    let is_exact = events_are_exact(&filter);
    let found = scope.events(filter.clone(), at).await.unwrap();
    let count = scope.count_event_rows(filter).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), found.events.len());
    (found.events.len(), is_exact)
}

async fn events_are_found_by_what_they_are_about(fixture: Fixture) {
    let scope = fixture.scope();
    let run = super::runs::flow_run(&scope, "about", |_| {}).await;
    let flow = format!("prefect.flow.{}", run.flow_id);
    let run = format!("prefect.flow-run.{}", run.id);
    let mut about = event("a.b", "r.1");
    about.related = serde_json::from_value(json!([
        {"prefect.resource.id": "r.2", "prefect.resource.role": "friend", "color": "red"},
        {"prefect.resource.id": run, "prefect.resource.role": "flow-run"},
    ]))
    .unwrap();
    let mut other = event("a.c", "r.2");
    other.related = serde_json::from_value(json!([
        {"prefect.resource.id": "r.1", "prefect.resource.role": "foe"},
    ]))
    .unwrap();
    scope.record_events(vec![about, other]).await.unwrap();
    // The run has one state, PENDING.
    for (filter, expected) in [
        (json!({"resource": {"id": ["r.1"]}}), (1, true)),
        (json!({"resource": {"id": ["r.1", "r.2"]}}), (2, true)),
        (json!({"resource": {"id_prefix": ["r."]}}), (2, true)),
        (
            json!({"resource": {"id": ["r.1"], "id_prefix": ["x"]}}),
            (0, true),
        ),
        (json!({"resource": {"id": [run]}}), (1, true)),
        (json!({"resource": {"id_prefix": [run[..30]]}}), (1, true)),
        (
            json!({"resource": {"id_prefix": ["prefect.flow-run."]}}),
            (1, true),
        ),
        (
            json!({"resource": {"id_prefix": ["prefect.task-run."]}}),
            (0, true),
        ),
        (json!({"related": {"id": ["r.2"]}}), (1, true)),
        (
            json!({"related": {"id": ["r.2"], "role": ["foe"]}}),
            (0, true),
        ),
        (
            json!({"related": [{"id": ["r.2"]}, {"id": [run]}]}),
            (1, true),
        ),
        (
            json!({"related": [{"id": ["r.2"]}, {"id": ["r.1"]}]}),
            (0, true),
        ),
        (json!({"related": {"id": [flow]}}), (1, true)),
        (
            json!({"related": {"id": [flow], "role": ["deployment"]}}),
            (0, true),
        ),
        (json!({"any_resource": {"id": ["r.1"]}}), (2, true)),
        (json!({"any_resource": {"id": [run]}}), (2, true)),
        (
            json!({"any_resource": {"id": [flow]}, "event": {"prefix": ["prefect.flow-run."]}}),
            (1, true),
        ),
        (json!({"any_resource": {"id_prefix": ["r."]}}), (2, true)),
        (
            json!({"related": {"resources_in_roles": [["r.1", "foe"]]}}),
            (1, false),
        ),
        (
            json!({"related": {"labels": {"prefect.resource.id": "r.2", "color": "red"}}}),
            (1, false),
        ),
    ] {
        assert_eq!(found(&scope, filter.clone()).await, expected, "{filter}");
    }
    assert_eq!(
        scope_counts(&scope).await,
        [
            ("prefect.flow-run".to_owned(), 1),
            ("r.1".to_owned(), 1),
            ("r.2".to_owned(), 1)
        ]
    );
    assert_eq!(
        fixture.store.check_counts().await.unwrap(),
        Vec::<String>::new()
    );
}

/// Counts by resource, runs without their ids.
async fn scope_counts(scope: &Scope) -> Vec<(String, i64)> {
    let names = json!({"event": {"exclude_prefix": ["prefect.flow."]}});
    let filter = serde_json::from_value(names).unwrap();
    let counts = scope
        .count_events(filter, Countable::Resource, TimeUnit::Day, 1.0)
        .await
        .unwrap();
    let mut counts: Vec<(String, i64)> = counts
        .into_iter()
        .map(|count| {
            let kind = count.value.rsplit_once('.').map_or("", |(kind, _)| kind);
            let value = if kind.starts_with("prefect") {
                kind.to_owned()
            } else {
                count.value
            };
            (value, count.count)
        })
        .collect();
    counts.sort();
    counts
}

async fn a_list_goes_on_where_it_ended(fixture: Fixture) {
    let scope = fixture.scope();
    // Several events of one moment: their order is that of the log.
    let events: Vec<Event> = (0..7).map(|n| event("x", &format!("r.{n}"))).collect();
    scope.record_events(events.clone()).await.unwrap();
    for order in ["ASC", "DESC"] {
        let filter: EventFilter = serde_json::from_value(json!({"order": order})).unwrap();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let at = EventPageAt { after, limit: 3 };
            let rows = scope.events(filter.clone(), at).await.unwrap();
            seen.extend(rows.events.iter().map(|event| event.id));
            after = rows.positions.last().copied();
            if rows.events.len() < 3 {
                break;
            }
        }
        let mut expected: Vec<_> = events.iter().map(|event| event.id).collect();
        if order == "DESC" {
            expected.reverse();
        }
        assert_eq!(seen, expected);
    }
}

async fn reports_are_only_events_where_they_are_not_recorded(fixture: Fixture) {
    fixture.store.close().await;
    let mut options = fixture.options.clone();
    options.records_reports = false;
    let store = Store::open(options).await.unwrap();
    let scope = store.workspace(WorkspaceId::DEFAULT);
    let task = TaskRunId(uuid7_now());
    let told = report(task, "Running", 1);
    scope.record_events(vec![told.clone()]).await.unwrap();
    assert_eq!(scope.task_run(task).await.unwrap(), None);
    let at = EventPageAt {
        after: None,
        limit: 50,
    };
    let found = scope.events(EventFilter::default(), at).await.unwrap();
    assert_eq!(found.events[0].id, told.id);
    store.close().await;
}
