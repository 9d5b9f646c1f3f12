//! What the store is asked to do, on either database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use milliways_benches::{Measured, measure_async};
use milliways_model::journal::{JournalBatch, JournalFlowRun, JournalRecord, JournalTaskRun};
use milliways_model::time::{Clock, SystemClock};
use milliways_model::{
    FlowCreate, FlowRunCreate, FlowRunId, FlowRunPolicy, JsonObject, State, StateCreate, StateId,
    StateType, TaskRunId, TaskRunPolicy, Timestamp, uuid7_now,
};
use milliways_orchestration::Client;
use milliways_storage::{JournalRun, Origin, Scope, Set};

/// Callers that each wait for their answer before they ask again.
pub(crate) const CLIENTS: usize = 64;
/// Task runs in one batch of a journal.
pub(crate) const BATCH: usize = 1_000;
/// Batches.
pub(crate) const BATCHES: usize = 20;

/// Single transitions by 64 callers: each run goes from PENDING to RUNNING to COMPLETED.
pub(crate) async fn single(what: &str, scope: &Scope, runs: usize) -> Measured {
    let create = FlowCreate {
        name: "bench".to_owned(),
        tags: Vec::new(),
        labels: None,
    };
    let (flow, _) = scope.create_flow(create).await.unwrap();
    let mut made = Vec::with_capacity(runs);
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..runs {
        if waiting.len() == 1_000
            && let Some(id) = waiting.join_next().await
        {
            made.push(id.unwrap());
        }
        let (scope, flow) = (scope.clone(), flow.id);
        waiting.spawn(async move {
            let text = serde_json::json!({ "flow_id": flow });
            let create: FlowRunCreate = serde_json::from_value(text).unwrap();
            scope
                .create_flow_run(create, Origin::default())
                .await
                .unwrap()
                .0
                .id
        });
    }
    while let Some(id) = waiting.join_next().await {
        made.push(id.unwrap());
    }
    made.sort_unstable_by_key(|id| id.0);
    let set = Set {
        force: false,
        client: Client::CURRENT,
    };
    let work = async {
        let mut clients = tokio::task::JoinSet::new();
        // Runs are under way together that were made together, as they are at the floor.
        let made: Arc<[FlowRunId]> = made.into();
        let next = Arc::new(AtomicUsize::new(0));
        for _ in 0..CLIENTS {
            let (scope, made, next) = (scope.clone(), Arc::clone(&made), Arc::clone(&next));
            clients.spawn(async move {
                while let Some(&id) = made.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for kind in [StateType::Running, StateType::Completed] {
                        let outcome = scope
                            .set_flow_run_state(id, StateCreate::new(kind), set)
                            .await
                            .unwrap()
                            .unwrap();
                        assert!(outcome.written);
                    }
                }
            });
        }
        while let Some(client) = clients.join_next().await {
            client.unwrap();
        }
    };
    measure_async(what, (runs * 2) as u64, work).await
}

/// Journals of flow runs with many task runs, each told with its three states.
pub(crate) async fn bulk(what: &str, scope: &Scope) -> Measured {
    let batches: Vec<(FlowRunId, JournalBatch)> = (0..BATCHES).map(|_| batch()).collect();
    let work = async {
        // Two at a time, as two busy processes would send them.
        let mut waiting = tokio::task::JoinSet::new();
        for (run, batch) in batches {
            if waiting.len() == 2 {
                waiting.join_next().await.unwrap().unwrap();
            }
            let scope = scope.clone();
            waiting
                .spawn(async move { scope.journal(JournalRun::Flow(run), batch).await.unwrap() });
        }
        while let Some(done) = waiting.join_next().await {
            done.unwrap();
        }
    };
    measure_async(what, (BATCHES * BATCH * 3) as u64, work).await
}

fn batch() -> (FlowRunId, JournalBatch) {
    let run = FlowRunId(uuid7_now());
    let now = SystemClock.now();
    let mut records = vec![JournalRecord::FlowRun(Box::new(JournalFlowRun {
        id: run,
        flow_name: "bench".to_owned(),
        name: "bulk".to_owned(),
        flow_version: None,
        parameters: JsonObject::default(),
        empirical_policy: FlowRunPolicy::default(),
        tags: Vec::new(),
        labels: JsonObject::default(),
        parent_task_run_id: None,
        deployment_id: None,
        states: vec![state(StateType::Running, now)],
    }))];
    records.extend((0..BATCH).map(|number| {
        JournalRecord::TaskRun(Box::new(JournalTaskRun {
            id: TaskRunId(uuid7_now()),
            name: format!("noop-{number}"),
            task_key: "noop-1234".to_owned(),
            dynamic_key: number.to_string(),
            task_version: None,
            cache_key: None,
            empirical_policy: TaskRunPolicy::default(),
            tags: Vec::new(),
            task_inputs: JsonObject::default(),
            flow_run_run_count: 1,
            states: [StateType::Pending, StateType::Running, StateType::Completed]
                .map(|kind| state(kind, now))
                .to_vec(),
        }))
    }));
    (
        run,
        JournalBatch {
            epoch: 1,
            first_seq: 1,
            records,
        },
    )
}

fn state(kind: StateType, now: Timestamp) -> State {
    State::new(StateId(uuid7_now()), kind, now)
}
