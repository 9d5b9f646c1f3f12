//! What went silent is told, and what cancelled runs leave is ended.

use std::time::Duration;

use milliways_model::worker_channel::{CleanupKind, CleanupOperation, CleanupStatus};
use milliways_model::{
    FlowRunCreate, FlowRunId, StateCreate, StateType, TaskRunCreate, WorkPoolStatus,
    WorkQueueStatus, WorkerStatus,
};
use milliways_orchestration::Client;
use milliways_services::{CancellationCleanup, CleanupReconciler, Foreman, Patience, Service};
use milliways_storage::{
    CleanupPolicy, Filters, Origin, Page, Poll, QueueFound, QueueName, Scope, Set,
};
use serde_json::json;

use super::state_name;
use crate::storage::pools::{pool, waiting};
use crate::storage::{Fixture, on_both};

on_both! {
    what_went_silent_is_told_as_not_ready
    cancelled_runs_leave_nothing_behind
    a_cancellation_that_never_ends_is_ended_and_torn_down
}

const ALL: Page = Page {
    limit: 200,
    offset: 0,
};
const POLICY: CleanupPolicy = CleanupPolicy {
    lease: Duration::from_secs(30),
    attempts: 2,
};

async fn set(scope: &Scope, run: FlowRunId, kind: StateType) {
    let set = Set {
        force: true,
        client: Client::CURRENT,
    };
    let outcome = scope.set_flow_run_state(run, StateCreate::new(kind), set);
    assert!(outcome.await.unwrap().unwrap().written);
}

async fn what_went_silent_is_told_as_not_ready(fixture: Fixture) {
    let scope = fixture.scope();
    pool(&scope, "p").await;
    scope
        .worker_heartbeat("p", "w".into(), Some(10))
        .await
        .unwrap();
    let poll = Poll {
        limit: 1,
        ..Poll::default()
    };
    scope.poll_work_pool("p", poll).await.unwrap();
    let patience = Patience {
        heartbeats: 3,
        interval: Duration::from_secs(30),
        queues: Duration::from_mins(1),
        deployments: Duration::from_mins(1),
    };
    let mut foreman = Foreman::new(fixture.store.clone(), patience);
    fixture.clock.advance(29.0);
    assert_eq!(foreman.tick().await.unwrap().changed, 0);
    fixture.clock.advance(2.0);
    assert_eq!(foreman.tick().await.unwrap().changed, 2);
    let workers = scope.workers("p", None, ALL).await.unwrap().unwrap();
    assert_eq!(workers[0].status, WorkerStatus::Offline);
    let stored = scope.work_pool("p").await.unwrap().unwrap();
    assert_eq!(stored.status, Some(WorkPoolStatus::NotReady));
    fixture.clock.advance(30.0);
    assert_eq!(foreman.tick().await.unwrap().changed, 1);
    assert_eq!(foreman.tick().await.unwrap().changed, 0);
    let queue = scope
        .work_queue(QueueName::InPool("p".into(), "default".into()))
        .await;
    let QueueFound::Queue(queue) = queue.unwrap() else {
        panic!("it is there")
    };
    assert_eq!(queue.status, Some(WorkQueueStatus::NotReady));
}

async fn cancelled_runs_leave_nothing_behind(fixture: Fixture) {
    let scope = fixture.scope();
    pool(&scope, "p").await;
    let parent = waiting(&scope, "p", "default", "2026-11-21T01:00:00Z").await;
    let task: TaskRunCreate = serde_json::from_value(json!({
        "flow_run_id": parent.id, "task_key": "t", "dynamic_key": "1", "state": {"type": "RUNNING"}}))
    .unwrap();
    let (task, _) = scope
        .create_task_run(task, Origin::default())
        .await
        .unwrap();
    let child: FlowRunCreate = serde_json::from_value(json!({
        "flow_id": parent.flow_id, "parent_task_run_id": task.id, "state": {"type": "RUNNING"}}))
    .unwrap();
    let (child, _) = scope
        .create_flow_run(child, Origin::default())
        .await
        .unwrap();
    let mut service = CancellationCleanup::new(fixture.store.clone(), Duration::from_mins(5));
    assert_eq!(service.tick().await.unwrap().changed, 0);
    set(&scope, parent.id, StateType::Cancelled).await;
    assert!(service.tick().await.unwrap().changed > 0);
    assert_eq!(service.tick().await.unwrap().changed, 0);
    assert_eq!(state_name(&scope, child.id).await, "Cancelled");
    let task = scope.task_run(task.id).await.unwrap().unwrap();
    assert_eq!(task.state_type, Some(StateType::Cancelled));
}

async fn a_cancellation_that_never_ends_is_ended_and_torn_down(fixture: Fixture) {
    let scope = fixture.scope();
    let pool = pool(&scope, "p").await;
    let run = waiting(&scope, "p", "default", "2026-11-21T01:00:00Z").await;
    let update = serde_json::from_value(json!({"infrastructure_pid": "host:1"})).unwrap();
    scope.update_flow_run(run.id, update).await.unwrap();
    set(&scope, run.id, StateType::Running).await;
    set(&scope, run.id, StateType::Cancelling).await;
    let mut service = CancellationCleanup::new(fixture.store.clone(), Duration::from_mins(5));
    fixture.clock.advance(299.0);
    assert_eq!(service.tick().await.unwrap().changed, 0);
    fixture.clock.advance(2.0);
    assert_eq!(service.tick().await.unwrap().changed, 1);
    assert_eq!(state_name(&scope, run.id).await, "Cancelled");
    let queues = scope
        .work_queues(Some("p".into()), Filters::default(), ALL)
        .await;
    let queues: Vec<_> = queues
        .unwrap()
        .unwrap()
        .iter()
        .map(|queue| queue.id)
        .collect();
    let kinds = vec![CleanupKind::CancellingTimeout];
    let reserve = || scope.reserve_cleanup(pool.id, kinds.clone(), queues.clone(), POLICY);
    let first = reserve().await.unwrap().unwrap();
    assert_eq!(first.target.to_value()["infrastructure_pid"], "host:1");
    assert_eq!(reserve().await.unwrap(), None);
    // The worker is silent: another one is asked, and after that nobody.
    let mut reconciler =
        CleanupReconciler::new(fixture.store.clone(), 2, 100, Duration::from_hours(1));
    assert_eq!(reconciler.tick().await.unwrap().changed, 0);
    fixture.clock.advance(31.0);
    assert_eq!(reconciler.tick().await.unwrap().changed, 1);
    let second = reserve().await.unwrap().unwrap();
    assert_eq!(
        (second.message_id, second.delivery_count),
        (first.message_id, 2)
    );
    let settle = |token: &str, operation| {
        scope.settle_cleanup(
            pool.id,
            first.message_id,
            token.to_owned(),
            operation,
            POLICY,
        )
    };
    let stale = settle(&first.reservation_token, CleanupOperation::Ack)
        .await
        .unwrap();
    assert_eq!(stale.status, CleanupStatus::InvalidToken);
    let renewed = settle(&second.reservation_token, CleanupOperation::Renew)
        .await
        .unwrap();
    assert!(renewed.lease_until.is_some());
    let done = settle(&second.reservation_token, CleanupOperation::Ack)
        .await
        .unwrap();
    assert_eq!(done.status, CleanupStatus::Accepted);
    let again = settle(&second.reservation_token, CleanupOperation::Ack)
        .await
        .unwrap();
    assert_eq!(again.status, CleanupStatus::NotCurrent);
    fixture.clock.advance(4_000.0);
    assert_eq!(reconciler.tick().await.unwrap().changed, 1);
}
