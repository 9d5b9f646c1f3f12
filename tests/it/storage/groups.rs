//! Writes that share a transaction: each sees what those before it did, and answers what is stored.

use std::collections::{BTreeMap, HashSet};

use futures_util::future::join_all;
use milliways_model::{
    FlowCreate, FlowRunCreate, FlowRunUpdate, StateCreate, StateId, StateType, TaskRunCreate, Uuid,
};
use milliways_orchestration::Client;
use milliways_storage::{Origin, Set};
use serde_json::json;

use super::{Fixture, on_both, runs};

on_both! {
    states_of_a_run_follow_each_other
    what_is_made_is_answered_as_it_is_stored
    an_update_is_not_lost_beside_a_state
}

const FORCED: Set = Set {
    force: true,
    client: Client::CURRENT,
};

async fn states_of_a_run_follow_each_other(fixture: Fixture) {
    let scope = fixture.scope();
    let mut all = Vec::new();
    for number in 0..4 {
        all.push(runs::flow_run(&scope, &format!("run-{number}"), |_| {}).await);
    }
    let kinds = [StateType::Running, StateType::Paused];
    let sets = (0..12).flat_map(|round| all.iter().map(move |run| (round, run)));
    let sets = sets.map(|(round, run)| {
        scope.set_flow_run_state(run.id, StateCreate::new(kinds[round % 2]), FORCED)
    });
    for done in join_all(sets).await {
        assert!(done.unwrap().unwrap().written);
    }
    let events = fixture.events_after(0, 4 * 13).await;
    for run in all {
        let resource = format!("prefect.flow-run.{}", run.id);
        let of_run = events.iter().filter(|it| it.resource.id() == resource);
        let next: BTreeMap<Option<Uuid>, Uuid> = of_run
            .map(|it| (it.follows.map(|id| id.0), it.id.0))
            .collect();
        assert_eq!(next.len(), 13, "no two states follow the same one");
        let mut last = None;
        for _ in 0..13 {
            last = next.get(&last).copied();
            assert!(last.is_some(), "a chain without a gap");
        }
        let stored = scope.flow_run(run.id).await.unwrap().unwrap();
        assert_eq!(stored.state_id, last.map(StateId));
        assert_eq!(stored.run_count, 6);
    }
    assert_eq!(
        fixture.store.check_counts().await.unwrap(),
        Vec::<String>::new()
    );
}

async fn what_is_made_is_answered_as_it_is_stored(fixture: Fixture) {
    let scope = fixture.scope();
    let create = FlowCreate {
        name: "etl".into(),
        tags: vec![],
        labels: None,
    };
    let (flow, _) = scope.create_flow(create).await.unwrap();
    let kinds = ["PENDING", "RUNNING", "COMPLETED"];
    let creates = (0..24).map(|number| {
        let key = (number % 3 == 0).then(|| format!("key-{}", number % 2));
        let create: FlowRunCreate = serde_json::from_value(json!({
            "flow_id": flow.id, "tags": ["a", "b"], "parameters": {"x": number}, "idempotency_key": key,
            "labels": {"team": "data"}, "empirical_policy": {"retries": 2, "retry_delay": 5},
            "state": {"type": kinds[number / 8], "message": "so"},
        }))
        .unwrap();
        scope.create_flow_run(create, Origin::default())
    });
    let mut made = HashSet::new();
    for done in join_all(creates).await {
        let (run, _) = done.unwrap();
        assert_eq!(scope.flow_run(run.id).await.unwrap().as_ref(), Some(&run));
        made.insert(run.id);
    }
    assert_eq!(made.len(), 16 + 2, "one for each key");
    let parent = runs::flow_run(&scope, "parent", |_| {}).await;
    let creates = (0..24).map(|number| {
        let create: TaskRunCreate = serde_json::from_value(json!({
            "flow_run_id": parent.id, "task_key": "t", "dynamic_key": (number % 12).to_string(),
            "tags": ["a"], "task_inputs": {"x": [{"input_type": "parameter", "name": "y"}]},
            "state": {"type": "RUNNING"},
        }))
        .unwrap();
        scope.create_task_run(create, Origin::default())
    });
    let mut made = HashSet::new();
    for done in join_all(creates).await {
        let (run, _) = done.unwrap();
        assert_eq!(scope.task_run(run.id).await.unwrap().as_ref(), Some(&run));
        made.insert(run.id);
    }
    assert_eq!(made.len(), 12, "one for each pair of keys");
    assert_eq!(
        fixture.store.check_counts().await.unwrap(),
        Vec::<String>::new()
    );
}

async fn an_update_is_not_lost_beside_a_state(fixture: Fixture) {
    let scope = fixture.scope();
    let run = runs::flow_run(&scope, "run", |_| {}).await;
    let policy = json!({"retries": 3, "retry_delay": 1});
    let update: FlowRunUpdate =
        serde_json::from_value(json!({"name": "renamed", "empirical_policy": policy})).unwrap();
    let set = |kind| scope.set_flow_run_state(run.id, StateCreate::new(kind), FORCED);
    let (first, updated, second) = tokio::join!(
        set(StateType::Running),
        scope.update_flow_run(run.id, update),
        set(StateType::Completed),
    );
    assert!(
        first.unwrap().unwrap().written && updated.unwrap() && second.unwrap().unwrap().written
    );
    let stored = scope.flow_run(run.id).await.unwrap().unwrap();
    assert_eq!(stored.name, "renamed");
    assert_eq!(stored.empirical_policy.retries, Some(3));
    assert_eq!(stored.state_type, Some(StateType::Completed));
}
