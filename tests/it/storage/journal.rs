//! The journal: batches are stored whole, in order, once.

use milliways_model::filter::LogFilter;
use milliways_model::journal::{AttemptCreate, JournalBatch, JournalRecord};
use milliways_model::sort::LogSort;
use milliways_model::{FlowRunId, StateType, TaskRunId, uuid7_now};
use milliways_orchestration::Client;
use milliways_storage::{Claimed, JournalError, JournalRun, Scope, StoreError};
use serde_json::json;

use super::{Fixture, GRAPH, on_both};

on_both! {
    a_whole_run_arrives_in_one_batch
    repeated_batches_have_no_second_effect
    gaps_and_old_epochs_are_refused
    a_claimed_run_is_held_by_the_new_attempt
    lapsed_attempts_are_crashed_once
    keys_of_another_attempt_are_kept_apart
    a_task_run_told_again_is_the_same_one
    a_subflow_is_shown_on_its_task_run_in_either_order
}

fn state(kind: &str, second: u32) -> serde_json::Value {
    let name = kind[..1].to_owned() + &kind[1..].to_lowercase();
    json!({"id": uuid7_now(), "type": kind, "name": name, "timestamp": format!("2026-11-21T04:12:{second:02}.000000Z")})
}

fn records(list: Vec<serde_json::Value>) -> Vec<JournalRecord> {
    list.into_iter()
        .map(|record| serde_json::from_str(&record.to_string()).unwrap())
        .collect()
}

fn batch(first_seq: i64, list: Vec<serde_json::Value>) -> JournalBatch {
    JournalBatch {
        epoch: 1,
        first_seq,
        records: records(list),
    }
}

fn whole_run(run: FlowRunId, task: TaskRunId) -> Vec<serde_json::Value> {
    vec![
        json!({"flow_run": {"id": run, "flow_name": "etl", "name": "brave-otter", "parameters": {"a": 1}, "states": [state("PENDING", 1), state("RUNNING", 2)]}}),
        json!({"task_run": {"id": task, "name": "load-0", "task_key": "load", "dynamic_key": "0", "flow_run_run_count": 1,
            "states": [state("PENDING", 3), state("RUNNING", 4), state("COMPLETED", 6)]}}),
        json!({"log": {"name": "flow", "level": 20, "message": "hello", "timestamp": "2026-11-21T04:12:05.000000Z"}}),
        json!({"flow_run_states": [state("COMPLETED", 7)]}),
    ]
}

async fn a_whole_run_arrives_in_one_batch(fixture: Fixture) {
    let scope = fixture.scope();
    let (run, task) = (FlowRunId(uuid7_now()), TaskRunId(uuid7_now()));
    let ack = scope
        .journal(JournalRun::Flow(run), batch(1, whole_run(run, task)))
        .await
        .unwrap();
    assert_eq!(ack.acked_seq, 4);
    let stored = scope.flow_run(run).await.unwrap().unwrap();
    assert_eq!(
        (stored.state_type, stored.run_count, stored.total_run_time),
        (Some(StateType::Completed), 1, 5.0)
    );
    assert_eq!(stored.parameters.get(), r#"{"a":1}"#);
    let task_run = scope.task_run(task).await.unwrap().unwrap();
    assert_eq!(
        (task_run.state_type, task_run.total_run_time),
        (Some(StateType::Completed), 2.0)
    );
    assert_eq!(task_run.flow_run_id, Some(run));
    assert_eq!(scope.task_run_states(task).await.unwrap().len(), 3);
    let page = milliways_storage::Page {
        limit: 10,
        offset: 0,
    };
    let logs = scope
        .logs(LogFilter::default(), LogSort::default(), page)
        .await
        .unwrap();
    assert_eq!(logs[0].flow_run_id, Some(run));
    let events = fixture.events_after(0, 6).await;
    assert_eq!(events.len(), 6);
    let completed = events
        .iter()
        .find(|event| event.event == "prefect.task-run.Completed")
        .unwrap();
    assert_eq!(completed.resource.id(), format!("prefect.task-run.{task}"));
    assert_eq!(completed.related[0].id(), format!("prefect.flow-run.{run}"));
}

async fn repeated_batches_have_no_second_effect(fixture: Fixture) {
    let scope = fixture.scope();
    let (run, task) = (FlowRunId(uuid7_now()), TaskRunId(uuid7_now()));
    let all = whole_run(run, task);
    let first = batch(1, all[..2].to_vec());
    for _ in 0..3 {
        assert_eq!(
            scope
                .journal(JournalRun::Flow(run), first.clone())
                .await
                .unwrap()
                .acked_seq,
            2
        );
    }
    // One that overlaps is taken from where the store stands.
    assert_eq!(
        scope
            .journal(JournalRun::Flow(run), batch(2, all[1..].to_vec()))
            .await
            .unwrap()
            .acked_seq,
        4
    );
    assert_eq!(scope.flow_run_states(run).await.unwrap().len(), 3);
    assert_eq!(scope.task_run_states(task).await.unwrap().len(), 3);
    assert_eq!(scope.flow_run(run).await.unwrap().unwrap().run_count, 1);
}

async fn gaps_and_old_epochs_are_refused(fixture: Fixture) {
    let scope = fixture.scope();
    let (run, task) = (FlowRunId(uuid7_now()), TaskRunId(uuid7_now()));
    let key = JournalRun::Flow(run);
    let refused = scope.journal(key, batch(1, vec![])).await;
    assert!(matches!(
        refused,
        Err(StoreError::Journal(JournalError::UnknownRun))
    ));
    let all = whole_run(run, task);
    scope
        .journal(key, batch(1, all[..1].to_vec()))
        .await
        .unwrap();
    let refused = scope.journal(key, batch(3, all[2..].to_vec())).await;
    assert!(matches!(
        refused,
        Err(StoreError::Journal(JournalError::Gap { expected: 2 }))
    ));
    let newer = JournalBatch {
        epoch: 2,
        first_seq: 1,
        records: records(vec![json!({"flow_run_name": "other"})]),
    };
    assert_eq!(scope.journal(key, newer).await.unwrap().acked_seq, 1);
    let refused = scope.journal(key, batch(2, all[1..].to_vec())).await;
    assert!(matches!(
        refused,
        Err(StoreError::Journal(JournalError::Stale { epoch: 2 }))
    ));
    assert_eq!(scope.flow_run(run).await.unwrap().unwrap().name, "other");
}

async fn claimed(scope: &Scope, run: FlowRunId) -> Option<Claimed> {
    let claimed = scope.claim_flow_run(run, AttemptCreate::default(), Client::CURRENT);
    claimed.await.unwrap()
}

async fn a_claimed_run_is_held_by_the_new_attempt(fixture: Fixture) {
    let scope = fixture.scope();
    let (run, task) = (FlowRunId(uuid7_now()), TaskRunId(uuid7_now()));
    assert_eq!(claimed(&scope, run).await, None);
    let key = JournalRun::Flow(run);
    let all = whole_run(run, task);
    scope
        .journal(key, batch(1, all[..2].to_vec()))
        .await
        .unwrap();
    let Some(Claimed::Yes(claim)) = claimed(&scope, run).await else {
        panic!("the run is there")
    };
    assert_eq!(claim.epoch, 2);
    let refused = scope.journal(key, batch(3, all[2..].to_vec())).await;
    assert!(matches!(
        refused,
        Err(StoreError::Journal(JournalError::Stale { epoch: 2 }))
    ));
    let continued = JournalBatch {
        epoch: claim.epoch,
        first_seq: 1,
        records: records(vec![json!({"flow_run_states": [state("RUNNING", 8)]})]),
    };
    assert_eq!(scope.journal(key, continued).await.unwrap().acked_seq, 1);
    assert_eq!(scope.flow_run(run).await.unwrap().unwrap().run_count, 2);
}

async fn lapsed_attempts_are_crashed_once(fixture: Fixture) {
    let scope = fixture.scope();
    let (run, task) = (FlowRunId(uuid7_now()), TaskRunId(uuid7_now()));
    scope
        .journal(
            JournalRun::Flow(run),
            batch(1, whole_run(run, task)[..1].to_vec()),
        )
        .await
        .unwrap();
    fixture.clock.advance(29.0);
    assert!(fixture.store.lapsed_attempts(10).await.unwrap().is_empty());
    // A heartbeat renews the lease.
    scope
        .journal(JournalRun::Flow(run), batch(2, vec![]))
        .await
        .unwrap();
    fixture.clock.advance(29.0);
    assert!(fixture.store.lapsed_attempts(10).await.unwrap().is_empty());
    fixture.clock.advance(2.0);
    let lapsed = fixture.store.lapsed_attempts(10).await.unwrap();
    assert_eq!(
        (lapsed.len(), lapsed[0].0, lapsed[0].1),
        (1, scope.id(), run)
    );
    assert!(
        scope
            .crash_lapsed(run, "not heard of".into())
            .await
            .unwrap()
    );
    assert!(
        !scope
            .crash_lapsed(run, "not heard of".into())
            .await
            .unwrap()
    );
    assert_eq!(
        scope.flow_run(run).await.unwrap().unwrap().state_type,
        Some(StateType::Crashed)
    );
    assert!(fixture.store.lapsed_attempts(10).await.unwrap().is_empty());
}

async fn keys_of_another_attempt_are_kept_apart(fixture: Fixture) {
    let scope = fixture.scope();
    let run = FlowRunId(uuid7_now());
    let (first, second) = (TaskRunId(uuid7_now()), TaskRunId(uuid7_now()));
    scope
        .journal(JournalRun::Flow(run), batch(1, whole_run(run, first)))
        .await
        .unwrap();
    let mut again = batch(1, whole_run(run, second)[1..2].to_vec());
    again.epoch = 2;
    scope.journal(JournalRun::Flow(run), again).await.unwrap();
    let kept = scope.task_run(second).await.unwrap().unwrap();
    assert!(kept.dynamic_key.starts_with("0~"), "{}", kept.dynamic_key);
    assert_eq!(scope.task_run_states(second).await.unwrap().len(), 3);
    assert_eq!(
        scope.task_run(first).await.unwrap().unwrap().dynamic_key,
        "0"
    );
}

async fn a_task_run_told_again_is_the_same_one(fixture: Fixture) {
    let scope = fixture.scope();
    let (run, task) = (FlowRunId(uuid7_now()), TaskRunId(uuid7_now()));
    scope
        .journal(JournalRun::Flow(run), batch(1, whole_run(run, task)))
        .await
        .unwrap();
    let mut again = whole_run(run, task)[1].clone();
    let inputs = json!({"x": [{"input_type": "task_run", "id": uuid7_now()}]});
    again["task_run"]["task_inputs"] = inputs.clone();
    again["task_run"]["states"] = json!([state("RUNNING", 20), state("COMPLETED", 21)]);
    scope
        .journal(JournalRun::Flow(run), batch(5, vec![again]))
        .await
        .unwrap();
    let told = scope.task_run(task).await.unwrap().unwrap();
    assert_eq!(told.task_inputs.get(), inputs.to_string());
    assert_eq!((told.run_count, told.dynamic_key.as_str()), (2, "0"));
    assert_eq!(scope.task_run_states(task).await.unwrap().len(), 5);
}

async fn a_subflow_is_shown_on_its_task_run_in_either_order(fixture: Fixture) {
    let scope = fixture.scope();
    for child_first in [false, true] {
        let (parent, child, stand_in) = (
            FlowRunId(uuid7_now()),
            FlowRunId(uuid7_now()),
            TaskRunId(uuid7_now()),
        );
        let told = [
            (
                parent,
                vec![
                    json!({"flow_run": {"id": parent, "flow_name": "parent", "name": "p", "states": [state("RUNNING", 1)]}}),
                    json!({"task_run": {"id": stand_in, "name": "child-0", "task_key": "child", "dynamic_key": "0", "states": [state("PENDING", 2)]}}),
                ],
            ),
            (
                child,
                vec![
                    json!({"flow_run": {"id": child, "flow_name": "child", "name": "c", "parent_task_run_id": stand_in,
                    "states": [state("PENDING", 3), state("RUNNING", 4)]}}),
                    json!({"flow_run_states": [state("COMPLETED", 5)]}),
                ],
            ),
        ];
        let order: [usize; 2] = if child_first { [1, 0] } else { [0, 1] };
        for (run, records) in order.map(|number| told[number].clone()) {
            scope
                .journal(JournalRun::Flow(run), batch(1, records))
                .await
                .unwrap();
        }
        let shown = scope.task_run(stand_in).await.unwrap().unwrap();
        let state = shown.state.unwrap();
        assert_eq!(
            state.kind,
            StateType::Completed,
            "child first: {child_first}"
        );
        assert_eq!(state.state_details.child_flow_run_id, Some(child));
        assert_eq!((shown.run_count, shown.total_run_time), (1, 1.0));
        let graph = scope.graph(parent, None, GRAPH).await.unwrap().unwrap();
        assert_eq!(graph.nodes[0].1.id, child.0);
    }
}
