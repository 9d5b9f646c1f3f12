//! Pools, queues and workers.

use milliways_model::filter::{AnyOf, EventFilter, EventNameFilter, WorkPoolFilter};
use milliways_model::{
    FlowCreate, FlowRun, FlowRunCreate, FlowRunId, StateCreate, StateType, WorkPool,
    WorkPoolCreate, WorkPoolStatus, WorkPoolUpdate, WorkQueue, WorkQueueCreate, WorkQueueStatus,
    WorkQueueUpdate, WorkerStatus,
};
use milliways_orchestration::Client;
use milliways_storage::{
    EventPageAt, Filters, Origin, Page, Poll, QueueFound, QueueName, Scope, Set, StoreError,
};
use serde_json::json;

use super::{Fixture, on_both};

on_both! {
    a_pool_begins_with_a_default_queue
    priorities_stay_unique
    a_worker_makes_its_pool_ready
    a_pool_is_deleted_under_its_runs
    queues_without_a_pool_belong_to_the_agents
    runs_are_found_by_pool
    runs_are_handed_out_by_priority_and_time
    two_workers_never_get_more_than_there_are_slots
    agents_are_given_runs_of_their_queue
}

const ALL: Page = Page {
    limit: 200,
    offset: 0,
};

pub(crate) async fn pool(scope: &Scope, name: &str) -> WorkPool {
    let create = WorkPoolCreate::new(name, "process");
    scope.create_work_pool(create).await.unwrap().unwrap()
}

pub(crate) async fn queue(
    scope: &Scope,
    pool: &str,
    name: &str,
    priority: Option<i64>,
) -> WorkQueue {
    let mut create = WorkQueueCreate::new(name);
    create.priority = priority;
    let made = scope.create_work_queue(Some(pool.to_owned()), create).await;
    match made.unwrap() {
        QueueFound::Queue(queue) => queue,
        other => panic!("{other:?}"),
    }
}

/// A run that waits in a queue, due at a time.
pub(crate) async fn waiting(scope: &Scope, pool: &str, queue: &str, due: &str) -> FlowRun {
    let create = FlowCreate {
        name: "etl".into(),
        tags: vec![],
        labels: None,
    };
    let (flow, _) = scope.create_flow(create).await.unwrap();
    let create: FlowRunCreate = serde_json::from_value(json!({
        "flow_id": flow.id, "work_pool_name": pool, "work_queue_name": queue,
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": due}},
    }))
    .unwrap();
    scope
        .create_flow_run(create, Origin::default())
        .await
        .unwrap()
        .0
}

async fn names_and_priorities(scope: &Scope, pool: &str) -> Vec<(String, i64)> {
    let queues = scope
        .work_queues(Some(pool.to_owned()), Filters::default(), ALL)
        .await;
    let queues = queues.unwrap().unwrap();
    queues
        .into_iter()
        .map(|queue| (queue.name, queue.priority))
        .collect()
}

async fn event_names(scope: &Scope, prefix: &str) -> Vec<String> {
    let filter = EventFilter {
        event: Some(EventNameFilter {
            prefix: Some(vec![prefix.to_owned()]),
            ..EventNameFilter::default()
        }),
        order: milliways_model::sort::EventOrder::Asc,
        ..EventFilter::default()
    };
    let at = EventPageAt {
        after: None,
        limit: 50,
    };
    let found = scope.events(filter, at).await.unwrap();
    found.events.into_iter().map(|event| event.event).collect()
}

async fn a_pool_begins_with_a_default_queue(fixture: Fixture) {
    let scope = fixture.scope();
    let pool = pool(&scope, "p").await;
    assert_eq!(pool.status, Some(WorkPoolStatus::NotReady));
    let found = scope
        .work_queue(QueueName::InPool("p".into(), "default".into()))
        .await
        .unwrap();
    let QueueFound::Queue(queue) = found else {
        panic!("{found:?}")
    };
    assert_eq!(Some(queue.id), pool.default_queue_id);
    assert_eq!(
        (queue.priority, queue.status),
        (1, Some(WorkQueueStatus::NotReady))
    );
    let again = scope
        .create_work_pool(WorkPoolCreate::new("p", "docker"))
        .await;
    assert_eq!(again.unwrap(), None);
    let deleted = scope.delete_work_queue(QueueName::Id(queue.id)).await;
    assert!(
        matches!(deleted, Err(StoreError::Conflict(_))),
        "{deleted:?}"
    );
    let update = WorkPoolUpdate {
        is_paused: Some(true),
        concurrency_limit: Some(Some(3)),
        ..WorkPoolUpdate::default()
    };
    scope.update_work_pool("p", update).await.unwrap().unwrap();
    let paused = scope.work_pool("p").await.unwrap().unwrap();
    assert_eq!(paused.status, Some(WorkPoolStatus::Paused));
    assert_eq!(paused.active_slots, Some(0));
    assert_eq!(
        event_names(&scope, "prefect.work-").await,
        [
            "prefect.work-queue.created",
            "prefect.work-pool.created",
            "prefect.work-pool.not-ready",
            "prefect.work-pool.updated",
            "prefect.work-pool.paused",
        ]
    );
}

async fn priorities_stay_unique(fixture: Fixture) {
    let scope = fixture.scope();
    pool(&scope, "p").await;
    queue(&scope, "p", "b", None).await;
    queue(&scope, "p", "e", Some(5)).await;
    queue(&scope, "p", "c", None).await;
    let first = queue(&scope, "p", "a", Some(1)).await;
    let expected = [("a", 1), ("default", 2), ("b", 3), ("c", 4), ("e", 5)];
    assert_eq!(
        names_and_priorities(&scope, "p").await,
        expected.map(|(name, number)| (name.to_owned(), number))
    );
    let update = WorkQueueUpdate {
        priority: Some(4),
        ..WorkQueueUpdate::default()
    };
    scope
        .update_work_queue(QueueName::Id(first.id), update)
        .await
        .unwrap();
    let expected = [("default", 2), ("b", 3), ("a", 4), ("c", 5), ("e", 6)];
    assert_eq!(
        names_and_priorities(&scope, "p").await,
        expected.map(|(name, number)| (name.to_owned(), number))
    );
    let taken = scope
        .create_work_queue(Some("p".into()), WorkQueueCreate::new("b"))
        .await;
    assert_eq!(taken.unwrap(), QueueFound::NoQueue);
    let update = WorkQueueUpdate {
        name: Some("b".into()),
        ..WorkQueueUpdate::default()
    };
    let renamed = scope
        .update_work_queue(QueueName::Id(first.id), update)
        .await;
    assert!(
        matches!(renamed, Err(StoreError::Conflict(_))),
        "{renamed:?}"
    );
}

async fn a_worker_makes_its_pool_ready(fixture: Fixture) {
    let scope = fixture.scope();
    pool(&scope, "p").await;
    assert!(
        !scope
            .worker_heartbeat("other", "w".into(), None)
            .await
            .unwrap()
    );
    for _ in 0..2 {
        assert!(
            scope
                .worker_heartbeat("p", "w".into(), Some(10))
                .await
                .unwrap()
        );
    }
    assert!(scope.worker_heartbeat("p", "w".into(), None).await.unwrap());
    let workers = scope.workers("p", None, ALL).await.unwrap().unwrap();
    assert_eq!(workers.len(), 1);
    assert_eq!(workers[0].heartbeat_interval_seconds, Some(10));
    assert_eq!(workers[0].status, WorkerStatus::Online);
    let pool = scope.work_pool("p").await.unwrap().unwrap();
    assert_eq!(pool.status, Some(WorkPoolStatus::Ready));
    let names = event_names(&scope, "prefect.work-pool.").await;
    assert_eq!(
        names
            .iter()
            .filter(|name| name.split('.').next_back() == Some("ready"))
            .count(),
        1
    );
    assert_eq!(scope.delete_worker("p", "w").await.unwrap(), Some(true));
    assert_eq!(scope.delete_worker("p", "w").await.unwrap(), Some(false));
    assert_eq!(scope.delete_worker("other", "w").await.unwrap(), None);
}

async fn a_pool_is_deleted_under_its_runs(fixture: Fixture) {
    let scope = fixture.scope();
    let pool = pool(&scope, "p").await;
    let run = waiting(&scope, "p", "default", "2026-11-21T04:00:00Z").await;
    assert_eq!(run.work_pool_name.as_deref(), Some("p"));
    scope.worker_heartbeat("p", "w".into(), None).await.unwrap();
    assert_eq!(scope.delete_work_pool("p").await.unwrap(), Some(pool.id));
    assert_eq!(scope.delete_work_pool("p").await.unwrap(), None);
    let run = scope.flow_run(run.id).await.unwrap().unwrap();
    assert_eq!((run.work_queue_id, run.work_pool_id), (None, None));
    assert_eq!(run.work_queue_name.as_deref(), Some("default"));
    assert_eq!(
        scope
            .work_queues(None, Filters::default(), ALL)
            .await
            .unwrap(),
        Some(vec![])
    );
    let names = event_names(&scope, "prefect.work-").await;
    assert_eq!(
        names[names.len() - 2..],
        ["prefect.work-queue.deleted", "prefect.work-pool.deleted"]
    );
}

async fn queues_without_a_pool_belong_to_the_agents(fixture: Fixture) {
    let scope = fixture.scope();
    for name in ["default", "mine"] {
        let made = scope
            .create_work_queue(None, WorkQueueCreate::new(name))
            .await;
        assert!(matches!(made.unwrap(), QueueFound::Queue(_)));
        let again = scope
            .create_work_queue(None, WorkQueueCreate::new(name))
            .await;
        assert_eq!(again.unwrap(), QueueFound::NoQueue);
    }
    let pool = scope
        .work_pool("default-agent-pool")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(pool.status, None);
    let mine = scope.work_queue_by_name("mine").await.unwrap().unwrap();
    assert_eq!(mine.work_pool_id, Some(pool.id));
    let detail = scope.work_queue_status(mine.id).await.unwrap().unwrap();
    assert!(!detail.healthy);
}

async fn runs_are_found_by_pool(fixture: Fixture) {
    let scope = fixture.scope();
    pool(&scope, "p").await;
    pool(&scope, "q").await;
    waiting(&scope, "p", "default", "2026-11-21T04:00:00Z").await;
    let by = |name: &str| Filters {
        work_pools: Some(WorkPoolFilter {
            name: Some(AnyOf {
                any_: Some(vec![name.to_owned()]),
            }),
            ..WorkPoolFilter::default()
        }),
        ..Filters::default()
    };
    assert_eq!(scope.count_flow_runs(by("p")).await.unwrap(), 1);
    assert_eq!(scope.count_flow_runs(by("q")).await.unwrap(), 0);
    assert_eq!(scope.count_work_pools(by("q")).await.unwrap(), 1);
}

async fn polled(scope: &Scope, pool: &str, queues: &[&str], limit: i64) -> Vec<FlowRun> {
    let asked = Poll {
        queues: queues.iter().map(|&name| name.to_owned()).collect(),
        limit,
        ..Poll::default()
    };
    let runs = scope.poll_work_pool(pool, asked).await.unwrap();
    runs.into_iter().map(|answer| answer.flow_run).collect()
}

fn ids(runs: &[FlowRun]) -> Vec<FlowRunId> {
    runs.iter().map(|run| run.id).collect()
}

async fn set(scope: &Scope, run: &FlowRun, kind: StateType) {
    let set = Set {
        force: true,
        client: Client::CURRENT,
    };
    let outcome = scope.set_flow_run_state(run.id, StateCreate::new(kind), set);
    assert!(outcome.await.unwrap().unwrap().written);
}

async fn runs_are_handed_out_by_priority_and_time(fixture: Fixture) {
    let scope = fixture.scope();
    pool(&scope, "p").await;
    queue(&scope, "p", "low", None).await;
    let low = waiting(&scope, "p", "low", "2026-11-21T01:00:00Z").await;
    let late = waiting(&scope, "p", "default", "2026-11-21T03:00:00Z").await;
    let soon = waiting(&scope, "p", "default", "2026-11-21T02:00:00Z").await;
    let retried = waiting(&scope, "p", "default", "2026-11-21T00:00:00Z").await;
    let update = serde_json::from_value(json!({"empirical_policy": {"retry_type": "in_process"}}));
    scope
        .update_flow_run(retried.id, update.unwrap())
        .await
        .unwrap();
    assert_eq!(
        ids(&polled(&scope, "p", &[], 10).await),
        [soon.id, late.id, low.id]
    );
    assert_eq!(ids(&polled(&scope, "p", &["low"], 10).await), [low.id]);
    assert_eq!(ids(&polled(&scope, "p", &[], 1).await), [soon.id]);
    assert_eq!(polled(&scope, "p", &[], 0).await, []);
    let poll = Poll {
        before: Some("2026-11-21T02:30:00Z".parse().unwrap()),
        after: Some("2026-11-21T01:30:00Z".parse().unwrap()),
        limit: 10,
        ..Poll::default()
    };
    let runs = scope.poll_work_pool("p", poll).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].flow_run.id, soon.id);
    let low_queue = scope
        .work_queue(QueueName::InPool("p".into(), "low".into()))
        .await;
    let QueueFound::Queue(low_queue) = low_queue.unwrap() else {
        panic!("it is there")
    };
    assert_eq!(low_queue.status, Some(WorkQueueStatus::Ready));
    assert!(low_queue.last_polled.is_some());
    let pause = WorkQueueUpdate {
        is_paused: Some(true),
        ..WorkQueueUpdate::default()
    };
    scope
        .update_work_queue(QueueName::Id(low_queue.id), pause)
        .await
        .unwrap();
    assert_eq!(ids(&polled(&scope, "p", &[], 10).await), [soon.id, late.id]);
    let pause = WorkPoolUpdate {
        is_paused: Some(true),
        ..WorkPoolUpdate::default()
    };
    scope.update_work_pool("p", pause).await.unwrap();
    assert_eq!(polled(&scope, "p", &[], 10).await, []);
    let unknown = scope.poll_work_pool("other", Poll::default()).await;
    assert!(
        matches!(unknown, Err(StoreError::NotFound(_))),
        "{unknown:?}"
    );
}

async fn two_workers_never_get_more_than_there_are_slots(fixture: Fixture) {
    let scope = fixture.scope();
    pool(&scope, "p").await;
    queue(&scope, "p", "a", None).await;
    queue(&scope, "p", "b", None).await;
    let limit = WorkPoolUpdate {
        concurrency_limit: Some(Some(1)),
        ..WorkPoolUpdate::default()
    };
    scope.update_work_pool("p", limit).await.unwrap();
    let first = waiting(&scope, "p", "a", "2026-11-21T02:00:00Z").await;
    let second = waiting(&scope, "p", "b", "2026-11-21T01:00:00Z").await;
    // What one worker was given holds the slot, also for a worker of another queue and for a better run.
    assert_eq!(ids(&polled(&scope, "p", &["a"], 10).await), [first.id]);
    assert_eq!(polled(&scope, "p", &["b"], 10).await, []);
    let better = waiting(&scope, "p", "default", "2026-11-21T00:00:00Z").await;
    assert_eq!(ids(&polled(&scope, "p", &[], 10).await), [first.id]);
    set(&scope, &first, StateType::Pending).await;
    assert_eq!(polled(&scope, "p", &[], 10).await, []);
    assert_eq!(
        scope.work_pool("p").await.unwrap().unwrap().active_slots,
        Some(1)
    );
    let slots = scope
        .work_pool_slots("p", 1, ALL, 10)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((slots.active_slots, slots.count), (1, 3));
    assert_eq!(slots.queues[1].flow_runs[0].id, first.id);
    set(&scope, &first, StateType::Completed).await;
    assert_eq!(ids(&polled(&scope, "p", &[], 10).await), [better.id]);
    // An offer that nobody takes up lapses.
    assert_eq!(polled(&scope, "p", &["b"], 10).await, []);
    fixture.clock.advance(11.0);
    assert_eq!(ids(&polled(&scope, "p", &["b"], 10).await), [second.id]);
}

async fn agents_are_given_runs_of_their_queue(fixture: Fixture) {
    let scope = fixture.scope();
    let mut create = WorkQueueCreate::new("mine");
    create.concurrency_limit = Some(2);
    let made = scope.create_work_queue(None, create).await.unwrap();
    let QueueFound::Queue(queue) = made else {
        panic!("{made:?}")
    };
    let agents = "default-agent-pool";
    let runs = [
        waiting(&scope, agents, "mine", "2026-11-21T01:00:00Z").await,
        waiting(&scope, agents, "mine", "2026-11-21T02:00:00Z").await,
    ];
    let given = scope
        .poll_work_queue(queue.id, None, 10, true)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ids(&given), [runs[0].id, runs[1].id]);
    let stored = scope.work_queue_by_name("mine").await.unwrap().unwrap();
    assert_eq!(stored.last_polled, None);
    set(&scope, &runs[0], StateType::Running).await;
    set(&scope, &runs[0], StateType::Cancelling).await;
    let before = Some("2026-11-21T01:30:00Z".parse().unwrap());
    let given = scope
        .poll_work_queue(queue.id, before, 10, false)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(given, []);
    let given = scope
        .poll_work_queue(queue.id, None, 10, false)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(ids(&given), [runs[1].id]);
    let slots = scope
        .work_queue_slots(queue.id, 1, ALL)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((slots.active_slots, slots.flow_runs.len()), (1, 1));
    let status = scope.work_queue_status(queue.id).await.unwrap().unwrap();
    assert!(status.healthy, "{status:?}");
}
