//! Queues of background tasks: how many wait in them, and what becomes of one that nobody begins with.

use std::time::Duration;

use milliways_model::{StateCreate, StateType, TaskRunId, Uuid, WorkspaceId};
use milliways_orchestration::Client;
use milliways_services::{PendingTasks, Service};
use milliways_storage::{Filters, Origin, QueueLimits, Scope, Set, Store, StoreError};
use serde_json::{Value, json};

use super::{Fixture, on_both};

on_both! {
    a_full_queue_of_background_tasks_takes_no_more
    a_background_task_that_nobody_begins_with_is_offered_again
}

async fn set_task(scope: &Scope, run: TaskRunId, kind: StateType) {
    let set = Set {
        force: false,
        client: Client::CURRENT,
    };
    let set = scope.set_task_run_state(run, StateCreate::new(kind), set);
    set.await.unwrap().unwrap();
}

async fn a_full_queue_of_background_tasks_takes_no_more(fixture: Fixture) {
    fixture.store.close().await;
    let mut options = fixture.options.clone();
    options.queue_limits = QueueLimits {
        scheduled: 2,
        retries: 1,
    };
    let store = Store::open(options).await.unwrap();
    let scope = store.workspace(WorkspaceId::DEFAULT);
    let create = async |task_key: &str, key: &str| {
        let create = json!({"task_key": task_key, "dynamic_key": key, "state": deferred()});
        let create = serde_json::from_value(create).unwrap();
        scope.create_task_run(create, Origin::default()).await
    };
    for (task_key, key) in [("t", "1"), ("t", "2"), ("other", "1")] {
        create(task_key, key).await.unwrap();
    }
    assert!(matches!(create("t", "3").await, Err(StoreError::QueueFull)));
    // Nothing of it is left, and there is room again once one is taken.
    let count = scope.count_task_runs(Filters::default()).await.unwrap();
    assert_eq!(count, 3);
    let worker = Uuid::from_u128(1);
    let offered = scope.offer_task_run(vec!["t".into()], worker).await;
    let offered = offered.unwrap().unwrap().id;
    scope
        .acknowledge_task_run(offered, worker, None)
        .await
        .unwrap();
    let (third, _) = create("t", "3").await.unwrap();
    // Those that are tried again have a queue of their own.
    let retry = async |id| {
        let mut state = StateCreate::new(StateType::Scheduled);
        state.name = Some("AwaitingRetry".into());
        state.state_details.deferred = Some(true);
        let set = Set {
            force: true,
            client: Client::CURRENT,
        };
        scope.set_task_run_state(id, state, set).await
    };
    assert!(retry(third.id).await.unwrap().is_some());
    assert!(
        retry(third.id).await.unwrap().is_some(),
        "it is the one that waits"
    );
    assert!(matches!(retry(offered).await, Err(StoreError::QueueFull)));
    store.close().await;
}

async fn a_background_task_that_nobody_begins_with_is_offered_again(fixture: Fixture) {
    const TIMEOUT: Duration = Duration::from_mins(1);
    let scope = fixture.scope();
    let parameters = Uuid::from_u128(77);
    let mut deferred = deferred();
    deferred["state_details"]["task_parameters_id"] = json!(parameters);
    let create = json!({"task_key": "t", "dynamic_key": "1", "state": deferred});
    let create = serde_json::from_value(create).unwrap();
    let (run, _) = scope
        .create_task_run(create, Origin::default())
        .await
        .unwrap();
    let run = run.id;
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut service = PendingTasks::new(fixture.store.clone(), TIMEOUT);
    let offer = async |to| {
        let offered = scope.offer_task_run(vec!["t".into()], to).await;
        offered.unwrap()
    };
    let took = async |to| {
        let taken = scope.acknowledge_task_run(run, to, Some(TIMEOUT)).await;
        assert!(taken.unwrap());
    };
    assert_eq!(offer(first).await.map(|run| run.id), Some(run));
    took(first).await;
    assert_eq!(offer(second).await, None);
    fixture.clock.advance(50.0);
    set_task(&scope, run, StateType::Pending).await;
    // It has as long from the moment at which it is pending.
    fixture.clock.advance(50.0);
    assert_eq!(service.tick().await.unwrap().changed, 0);
    fixture.clock.advance(20.0);
    assert_eq!(service.tick().await.unwrap().changed, 1);
    let again = offer(second).await.unwrap();
    let state = again.state.unwrap();
    assert_eq!(state.kind, StateType::Scheduled);
    assert_eq!(state.state_details.task_parameters_id, Some(parameters));
    took(second).await;
    // One that has begun is left alone.
    set_task(&scope, run, StateType::Running).await;
    fixture.clock.advance(100.0);
    assert_eq!(service.tick().await.unwrap().changed, 0);
    fixture.clock.advance(100.0);
    assert_eq!(offer(first).await, None);
}

fn deferred() -> Value {
    json!({"type": "SCHEDULED", "state_details": {"deferred": true}})
}
