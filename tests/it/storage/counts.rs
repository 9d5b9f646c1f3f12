//! Counts that are kept beside the rows: what dashboards are told is what the rows say, whatever happened to them.

use milliways_model::filter::{FlowRunFilter, TaskRunFilter};
use milliways_model::{
    DeploymentId, Event, FlowRun, StateCreate, StateType, TaskRunCreate, TaskRunId, uuid7_now,
};
use milliways_orchestration::Client;
use milliways_storage::{CountPosition, Filters, Origin, QueueName, Scope, Set};
use milliways_tests::dice::Dice;
use serde_json::{Value, json};

use super::pools::{pool, queue, waiting};
use super::runs::{flow_run, set};
use super::{Fixture, on_both};

on_both! {
    counts_are_what_the_rows_say
    runs_of_pools_and_queues_are_counted
    spans_are_counted_to_the_microsecond
    lateness_is_the_mean_of_the_rows
}

fn pick(dice: &mut Dice, among: usize) -> usize {
    usize::try_from(dice.below(among as u64)).unwrap()
}

async fn is_right(fixture: &Fixture) {
    let wrong = fixture.store.check_counts().await.unwrap();
    assert_eq!(wrong, Vec::<String>::new());
}

async fn task_run(scope: &Scope, run: &FlowRun, key: u64, kind: StateType) -> TaskRunId {
    let body = json!({"flow_run_id": run.id, "task_key": "t", "dynamic_key": key.to_string()});
    let create: TaskRunCreate = serde_json::from_value(body).unwrap();
    let (made, _) = scope
        .create_task_run(create, Origin::default())
        .await
        .unwrap();
    let force = Set {
        force: true,
        client: Client::CURRENT,
    };
    scope
        .set_task_run_state(made.id, StateCreate::new(kind), force)
        .await
        .unwrap();
    made.id
}

async fn counts_are_what_the_rows_say(fixture: Fixture) {
    let scope = fixture.scope();
    let mut dice = Dice::new("counts");
    let mut runs: Vec<FlowRun> = Vec::new();
    let deployments = [
        None,
        Some(DeploymentId(uuid7_now())),
        Some(DeploymentId(uuid7_now())),
    ];
    for step in 0..120 {
        fixture.clock.advance(977.0);
        match dice.below(7) {
            0 | 1 => {
                let deployment = deployments[pick(&mut dice, 3)];
                runs.push(flow_run(&scope, "counted", |run| run.deployment_id = deployment).await);
            }
            2 | 3 if !runs.is_empty() => {
                let run = &runs[pick(&mut dice, runs.len())];
                let kind = StateType::ALL[pick(&mut dice, StateType::ALL.len())];
                set(&scope, run, kind).await;
            }
            4 if !runs.is_empty() => {
                let run = &runs[pick(&mut dice, runs.len())];
                let kind = StateType::ALL[pick(&mut dice, StateType::ALL.len())];
                task_run(&scope, run, step, kind).await;
            }
            5 if runs.len() > 3 => {
                let run = runs.swap_remove(pick(&mut dice, runs.len()));
                assert!(scope.delete_flow_run(run.id).await.unwrap());
            }
            _ => {
                let body = json!({"id": uuid7_now(), "occurred": "2026-11-21T04:12:00Z", "event": "x",
                    "resource": {"prefect.resource.id": format!("r.{step}")}});
                let event: Event = serde_json::from_value(body).unwrap();
                scope
                    .record_events(vec![event.clone(), event])
                    .await
                    .unwrap();
            }
        }
    }
    is_right(&fixture).await;
    // What is asked for by state is the sum of all.
    let mut sum = 0;
    for kind in StateType::ALL {
        sum += scope
            .count_flow_runs(by(json!({"state": {"type": {"any_": [kind]}}})))
            .await
            .unwrap();
    }
    assert_eq!(sum, i64::try_from(runs.len()).unwrap());
    // Those of a flow or a deployment, as they are kept, and as they are not.
    for (owner, all) in [
        (
            "flows",
            runs.iter().map(|run| run.flow_id.0).collect::<Vec<_>>(),
        ),
        (
            "deployments",
            runs.iter()
                .filter_map(|run| Some(run.deployment_id?.0))
                .collect(),
        ),
    ] {
        for id in &all {
            for filter in [
                json!({}),
                json!({"state": {"name": {"any_": ["Completed", "Running"]}}}),
            ] {
                let mut rows = filter.clone();
                rows["name"] = json!({"like_": "counted"});
                let of = |filter: Value| -> Filters {
                    let mut filters = by(filter);
                    let only = json!({"id": {"any_": [id]}});
                    match owner {
                        "flows" => filters.flows = serde_json::from_value(only).unwrap(),
                        _ => filters.deployments = serde_json::from_value(only).unwrap(),
                    }
                    filters
                };
                let kept = scope.count_flow_runs(of(filter.clone())).await.unwrap();
                let counted = scope.count_flow_runs(of(rows)).await.unwrap();
                assert_eq!(kept, counted, "{owner} {filter}");
                let is_all = filter == json!({});
                let same = all.iter().filter(|other| *other == id).count();
                assert!(
                    !is_all || kept == i64::try_from(same).unwrap(),
                    "{kept} {same}"
                );
            }
        }
    }
    // Retention, and then a flow with all that is left.
    let now = fixture.store.clock().now();
    assert!(
        fixture
            .store
            .delete_events(now.plus_seconds(1.0), 5)
            .await
            .unwrap()
            > 0
    );
    is_right(&fixture).await;
    let flow = scope.flow_by_name("etl").await.unwrap().unwrap();
    assert!(scope.delete_flow(flow.id).await.unwrap());
    assert_eq!(scope.count_flow_runs(Filters::default()).await.unwrap(), 0);
    assert_eq!(scope.count_task_runs(Filters::default()).await.unwrap(), 0);
    // What counts nothing goes, all of it in one look at everything; counting anew would leave none of it.
    assert!(fold_counts(&fixture).await > 0);
    assert_eq!(fold_counts(&fixture).await, 0);
    is_right(&fixture).await;
    is_right(&fixture).await;
}

/// Looks at all counts, a few at a time; gives how many rows there are less.
async fn fold_counts(fixture: &Fixture) -> u64 {
    let before = fixture.store.clock().now().plus_seconds(1e9);
    let (mut next, mut sum) = (Some(CountPosition::FIRST), 0);
    while let Some(at) = next {
        let looked = fixture.store.fold_counts(at, before, 7).await;
        let (less, position) = looked.unwrap();
        (next, sum) = (position, sum + less);
    }
    sum
}

fn by(filter: Value) -> Filters {
    let filter: FlowRunFilter = serde_json::from_value(filter).unwrap();
    Filters {
        flow_runs: Some(filter),
        ..Filters::default()
    }
}

async fn spans_are_counted_to_the_microsecond(fixture: Fixture) {
    let scope = fixture.scope();
    let (mut flow_starts, mut task_starts) = (Vec::new(), Vec::new());
    for _ in 0..40 {
        fixture.clock.advance(2_000.000_1);
        let run = flow_run(&scope, "spread", |_| {}).await;
        set(&scope, &run, StateType::Running).await;
        let task = task_run(&scope, &run, 1, StateType::Running).await;
        let task = scope.task_run(task).await.unwrap().unwrap();
        let run = scope.flow_run(run.id).await.unwrap().unwrap();
        flow_starts.push(run.start_time.unwrap());
        task_starts.push(task.start_time.unwrap());
    }
    for first in [0, 1, 7, 20, 39] {
        for last in [0, 1, 8, 22, 39] {
            let span =
                json!({"start_time": {"after_": flow_starts[first], "before_": flow_starts[last]}});
            // The same, asked for in a way that is not kept.
            let mut rows = span.clone();
            rows["name"] = json!({"like_": "spread"});
            let expected = i64::try_from((last + 1).saturating_sub(first)).unwrap();
            assert_eq!(
                scope.count_flow_runs(by(span.clone())).await.unwrap(),
                expected
            );
            assert_eq!(scope.count_flow_runs(by(rows)).await.unwrap(), expected);
            let span =
                json!({"start_time": {"after_": task_starts[first], "before_": task_starts[last]}});
            let tasks: TaskRunFilter = serde_json::from_value(span).unwrap();
            let tasks = Filters {
                task_runs: Some(tasks),
                ..Filters::default()
            };
            assert_eq!(
                scope.count_task_runs(tasks.clone()).await.unwrap(),
                expected
            );
            let states = scope.count_task_runs_by_state(tasks).await.unwrap();
            let sum: i64 = states.iter().map(|(_, count)| count).sum();
            assert_eq!(sum, expected);
        }
    }
    is_right(&fixture).await;
}

async fn lateness_is_the_mean_of_the_rows(fixture: Fixture) {
    let scope = fixture.scope();
    for seconds in [0.0, 3.0, 9.0] {
        let run = flow_run(&scope, "late", |_| {}).await;
        fixture.clock.advance(seconds);
        if seconds > 0.0 {
            set(&scope, &run, StateType::Running).await;
        }
    }
    fixture.clock.advance(6.0);
    // The first one waits since 18 seconds; the others started 3 and 9 seconds late.
    let kept = scope.flow_run_lateness(Filters::default()).await.unwrap();
    assert_eq!(kept, Some(10.0));
    let rows = scope
        .flow_run_lateness(by(json!({"name": {"like_": "late"}})))
        .await
        .unwrap();
    assert_eq!(rows, kept);
    let none = scope
        .flow_run_lateness(by(json!({"state": {"type": {"any_": ["FAILED"]}}})))
        .await
        .unwrap();
    assert_eq!(none, None);
}

async fn runs_of_pools_and_queues_are_counted(fixture: Fixture) {
    let scope = fixture.scope();
    let mut runs = Vec::new();
    for name in ["first", "second"] {
        pool(&scope, name).await;
        for part in ["high", "low"] {
            queue(&scope, name, part, None).await;
            for _ in 0..3 {
                runs.push(waiting(&scope, name, part, "2026-11-21T04:12:00Z").await);
            }
        }
    }
    flow_run(&scope, "in no queue", |_| {}).await;
    let count = async |filter: Value, states: &[&str]| {
        let state = (!states.is_empty()).then(|| json!({"state": {"type": {"any_": states}}}));
        let filters = Filters {
            work_pools: serde_json::from_value(filter["pool"].clone()).unwrap(),
            work_queues: serde_json::from_value(filter["queue"].clone()).unwrap(),
            flow_runs: serde_json::from_value(json!(state)).unwrap(),
            ..Filters::default()
        };
        scope.count_flow_runs(filters).await.unwrap()
    };
    let first = json!({"pool": {"name": {"any_": ["first"]}}});
    let high = json!({"queue": {"name": {"any_": ["high"]}}});
    let high_of_first =
        json!({"pool": {"name": {"any_": ["first"]}}, "queue": {"name": {"any_": ["high"]}}});
    let nowhere = json!({"pool": {"name": {"any_": ["third"]}}});
    // The pools have queues of their own beside those.
    let asked = [&first, &high, &high_of_first, &nowhere];
    let counts = async |states: &[&str]| {
        let mut counts = Vec::new();
        for filter in asked {
            counts.push(count(filter.clone(), states).await);
        }
        counts
    };
    assert_eq!(counts(&[]).await, [6, 6, 3, 0]);
    set(&scope, &runs[0], StateType::Running).await;
    set(&scope, &runs[7], StateType::Running).await;
    assert_eq!(counts(&["RUNNING"]).await, [1, 2, 1, 0]);
    assert_eq!(counts(&["SCHEDULED"]).await, [5, 4, 2, 0]);
    assert!(scope.delete_flow_run(runs[1].id).await.unwrap());
    assert_eq!(counts(&[]).await, [5, 5, 2, 0]);
    is_right(&fixture).await;
    // Runs outlive what they waited in.
    let name = QueueName::InPool("first".to_owned(), "high".to_owned());
    scope.delete_work_queue(name).await.unwrap();
    assert_eq!(counts(&[]).await, [3, 3, 0, 0]);
    is_right(&fixture).await;
    scope.delete_work_pool("second").await.unwrap();
    assert_eq!(counts(&[]).await, [3, 0, 0, 0]);
    let all = scope.count_flow_runs(Filters::default()).await.unwrap();
    assert_eq!(all, 12);
    set(&scope, &runs[0], StateType::Completed).await;
    is_right(&fixture).await;
}
