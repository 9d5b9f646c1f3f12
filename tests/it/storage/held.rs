//! Runs and the slots they hold: taken and given back by transitions, on every way out.

use milliways_model::concurrency_limit::SlotMode;
use milliways_model::flow_run::FlowRun;
use milliways_model::{
    DeploymentId, FlowRunId, OrchestrationResult, SetStateStatus, StateCreate, StateType, TaskRun,
    TaskRunId, Uuid,
};
use milliways_orchestration::Client;
use milliways_storage::{LimitKey, NewInput, Origin, Scope, Set, SlotRequest, Slots};
use serde_json::json;

use super::{Fixture, on_both};

on_both! {
    a_task_run_holds_a_slot_of_each_tag_while_it_runs
    a_deleted_task_run_gives_its_slots_back
    a_deployments_runs_wait_for_its_slots
    a_slot_that_was_lost_is_taken_again
    a_full_deployment_can_refuse_runs
    background_task_runs_are_offered_once_and_again_when_lost
    inputs_of_a_run_go_with_it
}

const SET: Set = Set {
    force: false,
    client: Client::CURRENT,
};

async fn limit(scope: &Scope, name: &str, slots: i64) {
    let create = json!({"name": name, "limit": slots});
    let create = serde_json::from_value(create).unwrap();
    scope.create_concurrency_limit(create).await.unwrap();
}

async fn taken(scope: &Scope, name: &str) -> i64 {
    let found = scope
        .concurrency_limit(LimitKey::Name(name.to_owned()))
        .await
        .unwrap();
    found.unwrap().active_slots
}

async fn task_run(scope: &Scope, key: &str, more: serde_json::Value) -> TaskRun {
    let mut create = json!({"task_key": "t", "dynamic_key": key, "tags": ["etl", "free"]});
    create
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let create = serde_json::from_value(create).unwrap();
    scope
        .create_task_run(create, Origin::default())
        .await
        .unwrap()
        .0
}

async fn set_task(scope: &Scope, run: TaskRunId, kind: StateType) -> OrchestrationResult {
    let set = scope.set_task_run_state(run, StateCreate::new(kind), SET);
    set.await.unwrap().unwrap().result
}

async fn a_task_run_holds_a_slot_of_each_tag_while_it_runs(fixture: Fixture) {
    let scope = fixture.scope();
    limit(&scope, "tag:etl", 1).await;
    let first = task_run(&scope, "1", json!({})).await;
    let second = task_run(&scope, "2", json!({})).await;
    let won = set_task(&scope, first.id, StateType::Running).await;
    assert_eq!(won.status, SetStateStatus::Accept);
    let waits = set_task(&scope, second.id, StateType::Running).await;
    assert_eq!(waits.status, SetStateStatus::Wait);
    assert_eq!(taken(&scope, "tag:etl").await, 1);
    for ends in [StateType::Failed, StateType::Completed, StateType::Crashed] {
        set_task(&scope, first.id, ends).await;
        assert_eq!(taken(&scope, "tag:etl").await, 0, "{ends:?}");
        let now = set_task(&scope, second.id, StateType::Running).await;
        assert_eq!(now.status, SetStateStatus::Accept, "{ends:?}");
        set_task(&scope, second.id, StateType::Cancelled).await;
    }
}

async fn a_deleted_task_run_gives_its_slots_back(fixture: Fixture) {
    let scope = fixture.scope();
    limit(&scope, "tag:etl", 1).await;
    let run = task_run(&scope, "1", json!({})).await;
    set_task(&scope, run.id, StateType::Running).await;
    assert!(scope.delete_task_run(run.id).await.unwrap());
    assert!(!scope.delete_task_run(run.id).await.unwrap());
    assert_eq!(taken(&scope, "tag:etl").await, 0);
}

async fn deployment(scope: &Scope, more: serde_json::Value) -> DeploymentId {
    let flow = json!({"name": "etl"});
    let flow = serde_json::from_value(flow).unwrap();
    let (flow, _) = scope.create_flow(flow).await.unwrap();
    let mut create = json!({"name": "nightly", "flow_id": flow.id});
    create
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let create = serde_json::from_value(create).unwrap();
    let made = scope.create_deployment(create, None, None).await.unwrap();
    made.0.id
}

async fn flow_run(scope: &Scope, deployment: DeploymentId) -> FlowRun {
    let flow = scope.flow_by_name("etl").await.unwrap().unwrap();
    let create = json!({"flow_id": flow.id, "deployment_id": deployment,
        "state": {"type": "SCHEDULED"}});
    let create = serde_json::from_value(create).unwrap();
    scope
        .create_flow_run(create, Origin::default())
        .await
        .unwrap()
        .0
}

async fn set_flow(scope: &Scope, run: FlowRunId, kind: StateType) -> OrchestrationResult {
    let set = scope.set_flow_run_state(run, StateCreate::new(kind), SET);
    set.await.unwrap().unwrap().result
}

async fn a_deployments_runs_wait_for_its_slots(fixture: Fixture) {
    let scope = fixture.scope();
    let id = deployment(&scope, json!({"concurrency_limit": 1})).await;
    let name = format!("deployment:{id}");
    let first = flow_run(&scope, id).await;
    let pending = set_flow(&scope, first.id, StateType::Pending).await;
    let lease = pending
        .state
        .unwrap()
        .state_details
        .deployment_concurrency_lease_id;
    assert!(lease.is_some());
    let second = flow_run(&scope, id).await;
    let waits = set_flow(&scope, second.id, StateType::Pending).await;
    assert_eq!(waits.status, SetStateStatus::Reject);
    assert_eq!(waits.state.unwrap().name, "AwaitingConcurrencySlot");
    let running = set_flow(&scope, first.id, StateType::Running).await;
    let details = running.state.unwrap().state_details;
    assert_eq!(details.deployment_concurrency_lease_id, lease);
    assert_eq!(taken(&scope, &name).await, 1);
    set_flow(&scope, first.id, StateType::Completed).await;
    assert_eq!(taken(&scope, &name).await, 0);
    let now = set_flow(&scope, second.id, StateType::Pending).await;
    assert_eq!(now.status, SetStateStatus::Accept);
    assert_eq!(taken(&scope, &name).await, 1);
    scope.delete_flow_run(second.id).await.unwrap();
    assert_eq!(taken(&scope, &name).await, 0);
    fixture.clock.advance(1e6);
    assert_eq!(fixture.store.expired_leases(10).await.unwrap(), []);
}

async fn a_slot_that_was_lost_is_taken_again(fixture: Fixture) {
    let scope = fixture.scope();
    let id = deployment(&scope, json!({"concurrency_limit": 1})).await;
    let name = format!("deployment:{id}");
    let slow = flow_run(&scope, id).await;
    set_flow(&scope, slow.id, StateType::Pending).await;
    fixture.clock.advance(1_000.0);
    for lease in fixture.store.expired_leases(10).await.unwrap() {
        assert!(scope.reap_lease(lease.id).await.unwrap());
    }
    assert_eq!(taken(&scope, &name).await, 0);
    let running = set_flow(&scope, slow.id, StateType::Running).await;
    assert_eq!(running.status, SetStateStatus::Accept);
    assert_eq!(taken(&scope, &name).await, 1);
    // Nobody needs the limit any more: who holds a slot of it is not disturbed.
    let lease = running
        .state
        .unwrap()
        .state_details
        .deployment_concurrency_lease_id;
    scope
        .delete_concurrency_limit(LimitKey::Name(name))
        .await
        .unwrap();
    assert!(scope.renew_lease(lease.unwrap(), 300.0).await.unwrap());
    let done = set_flow(&scope, slow.id, StateType::Completed).await;
    assert_eq!(done.status, SetStateStatus::Accept);
}

async fn a_full_deployment_can_refuse_runs(fixture: Fixture) {
    let scope = fixture.scope();
    limit(&scope, "shared", 1).await;
    let shared = scope
        .concurrency_limit(LimitKey::Name("shared".into()))
        .await
        .unwrap()
        .unwrap();
    let options = json!({"collision_strategy": "CANCEL_NEW"});
    let more = json!({"global_concurrency_limit_id": shared.id, "concurrency_options": options});
    let id = deployment(&scope, more).await;
    let request = SlotRequest {
        names: vec!["shared".into()],
        slots: 1,
        mode: SlotMode::Concurrency,
    };
    let Slots::Taken(_) = scope.take_slots(request).await.unwrap() else {
        panic!("there is one")
    };
    let run = flow_run(&scope, id).await;
    let refused = set_flow(&scope, run.id, StateType::Pending).await;
    assert_eq!(refused.state.unwrap().kind, StateType::Cancelled);
    assert_eq!(taken(&scope, "shared").await, 1);
}

async fn background_task_runs_are_offered_once_and_again_when_lost(fixture: Fixture) {
    let scope = fixture.scope();
    let deferred = json!({"state": {"type": "SCHEDULED", "state_details": {"deferred": true}}});
    let mut runs = Vec::new();
    for key in ["1", "2", "3"] {
        runs.push(task_run(&scope, key, deferred.clone()).await.id);
        fixture.clock.advance(1.0);
    }
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let keys = || vec!["other".to_owned(), "t".to_owned()];
    let offer = async |to| {
        let offered = scope.offer_task_run(keys(), to).await.unwrap();
        offered.map(|run| run.id)
    };
    assert_eq!(offer(first).await, Some(runs[0]));
    assert_eq!(offer(second).await, Some(runs[1]));
    assert!(
        scope
            .acknowledge_task_run(runs[1], second, None)
            .await
            .unwrap()
    );
    // A connection that breaks gives it back, and one that is never heard of again loses it.
    scope.take_offer_back(runs[0], first).await.unwrap();
    assert_eq!(offer(second).await, Some(runs[0]));
    fixture.clock.advance(31.0);
    assert_eq!(offer(first).await, Some(runs[0]));
    assert!(
        !scope
            .acknowledge_task_run(runs[0], second, None)
            .await
            .unwrap()
    );
    assert!(
        scope
            .acknowledge_task_run(runs[0], first, None)
            .await
            .unwrap()
    );
    // What was cancelled meanwhile is not offered.
    set_task(&scope, runs[2], StateType::Cancelled).await;
    assert_eq!(offer(first).await, None);
    scope
        .observe_task_worker(first, "here-1".into(), keys())
        .await
        .unwrap();
    let workers = scope.task_workers(vec!["t".into()]).await.unwrap();
    assert_eq!(workers[0].identifier, "here-1");
    assert_eq!(scope.task_workers(vec!["x".into()]).await.unwrap(), []);
    fixture.clock.advance(31.0);
    assert_eq!(scope.task_workers(vec![]).await.unwrap(), []);
}

async fn inputs_of_a_run_go_with_it(fixture: Fixture) {
    let scope = fixture.scope();
    let id = deployment(&scope, json!({})).await;
    let run = flow_run(&scope, id).await;
    let input = |key: &str| NewInput {
        key: key.to_owned(),
        value: "{}".to_owned(),
        sender: None,
    };
    for key in ["a-1", "a-2", "b_1"] {
        scope
            .create_flow_run_input(run.id, input(key))
            .await
            .unwrap();
        fixture.clock.advance(1.0);
    }
    assert!(
        scope
            .create_flow_run_input(run.id, input("a-1"))
            .await
            .is_err()
    );
    let nowhere = FlowRunId(Uuid::nil());
    assert!(
        scope
            .create_flow_run_input(nowhere, input("a-1"))
            .await
            .is_err()
    );
    let found = scope
        .flow_run_inputs(run.id, "a-".into(), vec!["a-1".into()], 10)
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(),
        ["a-2"]
    );
    assert!(
        scope
            .delete_flow_run_input(run.id, "a-2".into())
            .await
            .unwrap()
    );
    assert!(
        !scope
            .delete_flow_run_input(run.id, "a-2".into())
            .await
            .unwrap()
    );
    scope.delete_flow_run(run.id).await.unwrap();
    let gone = scope.flow_run_input(run.id, "a-1".into()).await.unwrap();
    assert_eq!(gone, None);
}
