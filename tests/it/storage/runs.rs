//! Flows, flow runs and task runs: created, read, filtered, moved through states, deleted.

use milliways_model::filter::{
    AnyOrNot, FlowFilter, FlowRunFilter, FlowRunFilterState, NameFilter, TagsFilter,
};
use milliways_model::sort::{FlowRunSort, FlowSort, TaskRunSort};
use milliways_model::{
    FlowCreate, FlowRun, FlowRunCreate, FlowRunUpdate, FlowUpdate, SetStateStatus, StateCreate,
    StateType, TaskRunCreate, Timestamp,
};
use milliways_orchestration::Client;
use milliways_storage::{Filters, Origin, Page, Scope, Set, Span, StoreError};

use super::{Fixture, GRAPH, on_both};

on_both! {
    flows_are_found_by_name_and_changed
    a_flow_run_goes_through_its_states
    an_idempotency_key_gives_the_first_run
    runs_are_filtered_sorted_and_counted
    failed_runs_are_retried_as_their_policy_says
    task_runs_are_found_by_their_keys
    deleting_a_flow_deletes_all_that_belongs_to_it
    history_counts_runs_in_equal_spans
    bad_references_are_conflicts
    a_restart_keeps_everything
    erasing_leaves_an_empty_database
}

const ALL: Page = Page {
    limit: 200,
    offset: 0,
};
const SET: Set = Set {
    force: false,
    client: Client::CURRENT,
};

pub(crate) async fn flow_run(
    scope: &Scope,
    name: &str,
    change: impl FnOnce(&mut FlowRunCreate),
) -> FlowRun {
    let (flow, _) = scope
        .create_flow(FlowCreate {
            name: "etl".into(),
            tags: vec![],
            labels: None,
        })
        .await
        .unwrap();
    let text =
        serde_json::json!({"flow_id": flow.id, "name": name, "parameters": {"x": 1.50, "b": [1]}});
    let mut create: FlowRunCreate = serde_json::from_value(text).unwrap();
    change(&mut create);
    scope
        .create_flow_run(create, Origin::default())
        .await
        .unwrap()
        .0
}

pub(crate) async fn set(
    scope: &Scope,
    run: &FlowRun,
    kind: StateType,
) -> milliways_storage::Outcome {
    scope
        .set_flow_run_state(run.id, StateCreate::new(kind), SET)
        .await
        .unwrap()
        .unwrap()
}

async fn flows_are_found_by_name_and_changed(fixture: Fixture) {
    let scope = fixture.scope();
    let create = FlowCreate {
        name: "etl".into(),
        tags: vec!["a".into()],
        labels: None,
    };
    let (flow, created) = scope.create_flow(create.clone()).await.unwrap();
    assert!(created);
    let (same, created) = scope.create_flow(create).await.unwrap();
    assert!(!created);
    assert_eq!(flow, same);
    assert_eq!(scope.flow_by_name("etl").await.unwrap(), Some(flow.clone()));
    fixture.clock.advance(1.0);
    let update = FlowUpdate {
        tags: Some(vec!["b".into()]),
    };
    assert!(scope.update_flow(flow.id, update).await.unwrap());
    let changed = scope.flow(flow.id).await.unwrap().unwrap();
    assert_eq!(changed.tags, ["b"]);
    assert!(changed.updated > changed.created);
    let filter = FlowFilter {
        name: Some(NameFilter {
            any_: None,
            like_: Some("T".into()),
        }),
        ..FlowFilter::default()
    };
    let filters = Filters {
        flows: Some(filter),
        ..Filters::default()
    };
    assert_eq!(
        scope
            .flows(filters.clone(), FlowSort::NameAsc, ALL)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(scope.count_flows(filters).await.unwrap(), 1);
    let (other, _) = scope
        .create_flow(FlowCreate {
            name: "other".into(),
            tags: vec![],
            labels: None,
        })
        .await
        .unwrap();
    let others = FlowFilter {
        id: Some(AnyOrNot {
            any_: None,
            not_any_: Some(vec![flow.id]),
        }),
        ..FlowFilter::default()
    };
    let filters = Filters {
        flows: Some(others),
        ..Filters::default()
    };
    assert_eq!(
        scope.flows(filters, FlowSort::NameAsc, ALL).await.unwrap(),
        [other]
    );
    let bad = scope
        .create_flow(FlowCreate {
            name: "a/b".into(),
            tags: vec![],
            labels: None,
        })
        .await;
    assert!(
        matches!(bad, Err(StoreError::Name("body.name", _))),
        "{bad:?}"
    );
}

async fn a_flow_run_goes_through_its_states(fixture: Fixture) {
    let scope = fixture.scope();
    let run = flow_run(&scope, "brave-otter", |_| ()).await;
    assert_eq!(run.state_type, Some(StateType::Pending));
    assert_eq!(run.parameters.get(), r#"{"x":1.5,"b":[1]}"#);
    fixture.clock.advance(2.0);
    let outcome = set(&scope, &run, StateType::Running).await;
    assert!(outcome.written);
    assert_eq!(outcome.result.status, SetStateStatus::Accept);
    fixture.clock.advance(3.0);
    let running = scope.flow_run(run.id).await.unwrap().unwrap();
    assert!((running.estimated_run_time - 3.0).abs() < 1e-6);
    let outcome = set(&scope, &run, StateType::Completed).await;
    assert_eq!(outcome.result.state.unwrap().kind, StateType::Completed);
    let done = scope.flow_run(run.id).await.unwrap().unwrap();
    assert_eq!((done.run_count, done.total_run_time), (1, 3.0));
    assert_eq!(
        done.end_time,
        Some(done.start_time.unwrap().plus_seconds(3.0))
    );
    let states = scope.flow_run_states(run.id).await.unwrap();
    let kinds: Vec<StateType> = states.iter().map(|state| state.kind).collect();
    assert_eq!(
        kinds,
        [StateType::Pending, StateType::Running, StateType::Completed]
    );
    assert_eq!(
        scope.flow_run_state(states[1].id).await.unwrap().as_ref(),
        Some(&states[1])
    );
    // A terminal run is not cancelled any more.
    let outcome = set(&scope, &run, StateType::Cancelling).await;
    assert_eq!(
        (outcome.result.status, outcome.written),
        (SetStateStatus::Abort, false)
    );
}

async fn an_idempotency_key_gives_the_first_run(fixture: Fixture) {
    let scope = fixture.scope();
    let key = |create: &mut FlowRunCreate| create.idempotency_key = Some("k".into());
    let first = flow_run(&scope, "one", key).await;
    let second = flow_run(&scope, "two", key).await;
    assert_eq!(first.id, second.id);
    assert_eq!(second.name, "one");
}

async fn runs_are_filtered_sorted_and_counted(fixture: Fixture) {
    let scope = fixture.scope();
    for number in 0..5 {
        fixture.clock.advance(1.0);
        let run = flow_run(&scope, &format!("run-{number}"), |create| {
            create.tags = if number % 2 == 0 {
                vec!["even".into(), "x%_".into()]
            } else {
                vec![]
            };
        })
        .await;
        if number > 2 {
            set(&scope, &run, StateType::Running).await;
        }
    }
    let names = async |filter: FlowRunFilter, sort| -> Vec<String> {
        let filters = Filters {
            flow_runs: Some(filter.clone()),
            ..Filters::default()
        };
        let runs = scope.flow_runs(filters.clone(), sort, ALL).await.unwrap();
        assert_eq!(
            scope.count_flow_runs(filters).await.unwrap(),
            i64::try_from(runs.len()).unwrap()
        );
        runs.into_iter().map(|run| run.name).collect()
    };
    let running = FlowRunFilterState {
        r#type: Some(AnyOrNot {
            any_: Some(vec![StateType::Running]),
            not_any_: None,
        }),
        ..FlowRunFilterState::default()
    };
    let by_state = FlowRunFilter {
        state: Some(running),
        ..FlowRunFilter::default()
    };
    assert_eq!(
        names(by_state, FlowRunSort::StartTimeDesc).await,
        ["run-4", "run-3"]
    );
    let tags = |any: &[&str], all: &[&str]| FlowRunFilter {
        tags: Some(TagsFilter {
            any_: (!any.is_empty()).then(|| any.iter().map(ToString::to_string).collect()),
            all_: (!all.is_empty()).then(|| all.iter().map(ToString::to_string).collect()),
            ..TagsFilter::default()
        }),
        ..FlowRunFilter::default()
    };
    assert_eq!(
        names(tags(&["even", "none"], &[]), FlowRunSort::NameAsc).await,
        ["run-0", "run-2", "run-4"]
    );
    assert_eq!(
        names(tags(&[], &["even", "x%_"]), FlowRunSort::NameDesc).await,
        ["run-4", "run-2", "run-0"]
    );
    let like = |text: &str| FlowRunFilter {
        name: Some(NameFilter {
            any_: None,
            like_: Some(text.into()),
        }),
        ..FlowRunFilter::default()
    };
    assert_eq!(
        names(like("R%4"), FlowRunSort::IdDesc).await,
        ["run-4"],
        "a percent sign stands for any text"
    );
    assert!(names(like("run_4"), FlowRunSort::IdDesc).await.is_empty());
    let page = Page {
        limit: 2,
        offset: 1,
    };
    let runs = scope
        .flow_runs(Filters::default(), FlowRunSort::ExpectedStartTimeDesc, page)
        .await
        .unwrap();
    let page: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(page, ["run-3", "run-2"]);
    for sort in [
        FlowRunSort::EndTimeDesc,
        FlowRunSort::NextScheduledStartTimeAsc,
        FlowRunSort::StartTimeAsc,
        FlowRunSort::ExpectedStartTimeAsc,
    ] {
        assert_eq!(
            scope
                .flow_runs(Filters::default(), sort, ALL)
                .await
                .unwrap()
                .len(),
            5
        );
    }
}

async fn failed_runs_are_retried_as_their_policy_says(fixture: Fixture) {
    let scope = fixture.scope();
    let run = flow_run(&scope, "retried", |create| {
        create.empirical_policy.retries = Some(1);
    })
    .await;
    set(&scope, &run, StateType::Running).await;
    let outcome = set(&scope, &run, StateType::Failed).await;
    assert_eq!(outcome.result.status, SetStateStatus::Reject);
    assert_eq!(outcome.result.state.unwrap().name, "AwaitingRetry");
    set(&scope, &run, StateType::Running).await;
    let outcome = set(&scope, &run, StateType::Failed).await;
    assert_eq!(outcome.result.status, SetStateStatus::Accept);
    let done = scope.flow_run(run.id).await.unwrap().unwrap();
    assert_eq!(
        (done.run_count, done.state_type),
        (2, Some(StateType::Failed))
    );
}

async fn task_runs_are_found_by_their_keys(fixture: Fixture) {
    let scope = fixture.scope();
    let run = flow_run(&scope, "parent", |_| ()).await;
    set(&scope, &run, StateType::Running).await;
    let create: TaskRunCreate = serde_json::from_value(serde_json::json!({
        "flow_run_id": run.id, "task_key": "t", "dynamic_key": "0", "tags": ["a"],
        "task_inputs": {"x": [{"input_type": "constant", "type": "int"}]},
    }))
    .unwrap();
    let (first, created) = scope
        .create_task_run(create.clone(), Origin::default())
        .await
        .unwrap();
    assert!(created);
    let (same, created) = scope
        .create_task_run(create, Origin::default())
        .await
        .unwrap();
    assert!(!created);
    assert_eq!(first, same);
    let outcome = scope
        .set_task_run_state(first.id, StateCreate::new(StateType::Running), SET)
        .await
        .unwrap()
        .unwrap();
    assert!(outcome.written, "{outcome:?}");
    scope
        .set_task_run_state(first.id, StateCreate::new(StateType::Completed), SET)
        .await
        .unwrap();
    let done = scope.task_run(first.id).await.unwrap().unwrap();
    assert_eq!(
        (done.state_type, done.run_count, done.flow_run_run_count),
        (Some(StateType::Completed), 1, 1)
    );
    assert_eq!(
        scope
            .task_runs(Filters::default(), TaskRunSort::EndTimeDesc, ALL)
            .await
            .unwrap(),
        [done]
    );
    assert_eq!(
        scope
            .count_task_runs_by_flow_run(vec![run.id])
            .await
            .unwrap(),
        [(run.id, 1)]
    );
    let graph = scope.graph(run.id, None, GRAPH).await.unwrap().unwrap();
    assert_eq!(graph.nodes.len(), 1);
    assert_eq!(graph.root_node_ids, [first.id.0]);
    assert_eq!(graph.states.len(), 2);
}

async fn deleting_a_flow_deletes_all_that_belongs_to_it(fixture: Fixture) {
    let scope = fixture.scope();
    let run = flow_run(&scope, "gone", |_| ()).await;
    let create: TaskRunCreate = serde_json::from_value(
        serde_json::json!({"flow_run_id": run.id, "task_key": "t", "dynamic_key": "0"}),
    )
    .unwrap();
    let (task, _) = scope
        .create_task_run(create, Origin::default())
        .await
        .unwrap();
    assert!(scope.delete_flow(run.flow_id).await.unwrap());
    assert!(!scope.delete_flow(run.flow_id).await.unwrap());
    assert_eq!(scope.flow_run(run.id).await.unwrap(), None);
    assert_eq!(scope.task_run(task.id).await.unwrap(), None);
    assert!(scope.task_run_states(task.id).await.unwrap().is_empty());
    assert!(scope.flow_run_states(run.id).await.unwrap().is_empty());
    assert!(!scope.delete_flow_run(run.id).await.unwrap());
}

async fn history_counts_runs_in_equal_spans(fixture: Fixture) {
    let scope = fixture.scope();
    let start = Timestamp::from_micros(1_795_234_352_000_000);
    for _ in 0..3 {
        let run = flow_run(&scope, "h", |_| ()).await;
        set(&scope, &run, StateType::Running).await;
        fixture.clock.advance(40.0);
    }
    let span = Span {
        start,
        end: start.plus_seconds(180.0),
        interval_seconds: 60.0,
    };
    let parts = scope
        .flow_run_history(Filters::default(), span)
        .await
        .unwrap();
    let counts: Vec<i64> = parts
        .iter()
        .map(|part| part.states.iter().map(|state| state.count_runs).sum())
        .collect();
    assert_eq!(counts, [2, 1, 0]);
    assert_eq!(parts[0].states[0].state_name, "Running");
    assert!(parts[0].states[0].sum_estimated_run_time > 100.0);
    let endless = Span {
        interval_seconds: 1.0,
        end: start.plus_seconds(1e7),
        ..span
    };
    assert!(matches!(
        scope.flow_run_history(Filters::default(), endless).await,
        Err(StoreError::Invalid { .. })
    ));
    // They started a microsecond after their first state: no two states have the same time.
    let late = scope
        .flow_run_lateness(Filters::default())
        .await
        .unwrap()
        .unwrap();
    assert!(late < 0.001, "{late}");
}

async fn bad_references_are_conflicts(fixture: Fixture) {
    let scope = fixture.scope();
    let text = serde_json::json!({"flow_id": "018f0000-0000-7000-8000-000000000000"});
    let create: FlowRunCreate = serde_json::from_value(text).unwrap();
    let refused = scope.create_flow_run(create, Origin::default()).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
    let run = flow_run(&scope, "named", |_| ()).await;
    let update = FlowRunUpdate {
        name: Some(Some("renamed".into())),
        ..FlowRunUpdate::default()
    };
    assert!(scope.update_flow_run(run.id, update).await.unwrap());
    assert_eq!(
        scope.flow_run(run.id).await.unwrap().unwrap().name,
        "renamed"
    );
}

async fn a_restart_keeps_everything(mut fixture: Fixture) {
    let run = flow_run(&fixture.scope(), "kept", |_| ()).await;
    set(&fixture.scope(), &run, StateType::Running).await;
    let before = fixture.scope().flow_run(run.id).await.unwrap();
    fixture.events_after(0, 2).await;
    let head = fixture.scope().head().await.unwrap();
    fixture.reopen().await;
    assert_eq!(fixture.scope().flow_run(run.id).await.unwrap(), before);
    set(&fixture.scope(), &run, StateType::Completed).await;
    let events = fixture.events_after(head, 1).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].event, "prefect.flow-run.Completed");
}

async fn erasing_leaves_an_empty_database(fixture: Fixture) {
    flow_run(&fixture.scope(), "gone", |_| ()).await;
    fixture.store.close().await;
    milliways_storage::Store::erase(fixture.options.clone())
        .await
        .unwrap();
    let store = milliways_storage::Store::open(fixture.options.clone())
        .await
        .unwrap();
    let scope = store.workspace(milliways_model::WorkspaceId::DEFAULT);
    assert_eq!(scope.count_flow_runs(Filters::default()).await.unwrap(), 0);
    assert_eq!(scope.count_flows(Filters::default()).await.unwrap(), 0);
}
