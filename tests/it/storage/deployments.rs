//! Deployments, their schedules, and the runs that these make.

use milliways_model::deployment::FlowRunCreateStatus;
use milliways_model::filter::{AnyOf, AnyOrNot, DeploymentFilter, EventFilter, EventNameFilter};
use milliways_model::sort::{FlowRunSort, FlowSort};
use milliways_model::{
    Deployment, DeploymentCreate, DeploymentId, DeploymentScheduleUpdate, DeploymentStatus,
    DeploymentUpdate, FlowCreate, FlowRun, StateCreate, StateType,
};
use milliways_orchestration::Client;
use milliways_services::{Scheduler, Service};
use milliways_storage::{EventPageAt, Filters, Horizon, Origin, Page, Scope, Set, StoreError};
use serde_json::{Value, json};

use super::{Fixture, on_both};

on_both! {
    a_deployment_is_made_once_and_then_changed
    a_schedule_makes_its_runs_ahead_once
    a_counted_schedule_ends
    pausing_takes_back_what_was_made_ahead
    another_schedule_takes_the_place_of_its_runs
    schedules_change_hands_by_slug
    schedules_are_listed_last_one_first
    a_deployment_is_deleted_in_use
    runs_are_made_of_a_deployment
    what_asks_for_runs_makes_ready
    a_limit_is_owned_or_shared
    what_belongs_to_it_is_found_by_deployment
}

const ALL: Page = Page {
    limit: 200,
    offset: 0,
};

const SET: Set = Set {
    force: false,
    client: Client::CURRENT,
};

async fn flow(scope: &Scope) -> milliways_model::Flow {
    let create: FlowCreate =
        serde_json::from_value(json!({"name": "etl", "labels": {"team": "data"}})).unwrap();
    scope.create_flow(create).await.unwrap().0
}

async fn deploy(scope: &Scope, mut body: Value) -> (Deployment, bool) {
    body["flow_id"] = json!(flow(scope).await.id);
    if body["name"].is_null() {
        body["name"] = json!("nightly");
    }
    let create: DeploymentCreate = serde_json::from_str(&body.to_string()).unwrap();
    scope.create_deployment(create, None, None).await.unwrap()
}

async fn runs_of(scope: &Scope, id: DeploymentId) -> Vec<FlowRun> {
    let filters = Filters {
        deployments: Some(DeploymentFilter {
            id: Some(AnyOrNot {
                any_: Some(vec![id]),
                not_any_: None,
            }),
            ..DeploymentFilter::default()
        }),
        ..Filters::default()
    };
    let sort = FlowRunSort::NextScheduledStartTimeAsc;
    scope.flow_runs(filters, sort, ALL).await.unwrap()
}

async fn events(scope: &Scope, name: &str) -> Vec<Value> {
    let filter = EventFilter {
        event: Some(EventNameFilter {
            name: Some(vec![name.to_owned()]),
            ..EventNameFilter::default()
        }),
        ..EventFilter::default()
    };
    let page = EventPageAt {
        after: None,
        limit: 50,
    };
    let found = scope.events(filter, page).await.unwrap();
    found
        .events
        .iter()
        .map(|event| serde_json::to_value(event).unwrap())
        .collect()
}

fn hourly() -> Value {
    json!({"schedule": {"interval": 3600.0, "anchor_date": "2026-11-21T00:00:00Z"}})
}

fn scheduler(fixture: &Fixture) -> Scheduler {
    Scheduler::new(fixture.store.clone(), Horizon::default(), 100)
}

async fn a_deployment_is_made_once_and_then_changed(fixture: Fixture) {
    let scope = fixture.scope();
    let (made, is_new) = deploy(&scope, json!({"tags": ["a"], "parameters": {"x": 1}})).await;
    assert!(is_new);
    assert_eq!(made.status, Some(DeploymentStatus::NotReady));
    assert_eq!(made.labels.to_map()["team"], "data");
    let (again, is_new) = deploy(&scope, json!({"version": "2"})).await;
    assert!(!is_new);
    assert_eq!(
        (again.id, again.tags.clone()),
        (made.id, vec!["a".to_owned()])
    );
    assert_eq!(again.version.as_deref(), Some("2"));
    let update: DeploymentUpdate =
        serde_json::from_str(r#"{"version": null, "paused": true}"#).unwrap();
    assert!(scope.update_deployment(made.id, update).await.unwrap());
    let read = scope
        .deployment_by_name("etl", "nightly")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((read.version, read.paused), (None, true));
    assert_eq!(events(&scope, "prefect.deployment.created").await.len(), 1);
    let updated = events(&scope, "prefect.deployment.updated").await;
    assert_eq!(updated.len(), 2);
    assert_eq!(
        updated[1]["payload"]["updates"]["version"],
        json!({"from": null, "to": "2"})
    );
    assert_eq!(updated[0]["related"][0]["prefect.resource.role"], "flow");
}

async fn schedules_are_listed_last_one_first(fixture: Fixture) {
    let scope = fixture.scope();
    let schedules: Vec<Value> = (1..=8)
        .map(|hours| json!({"schedule": {"interval": hours * 3_600}, "slug": format!("{hours}")}))
        .collect();
    let (made, _) = deploy(&scope, json!({"schedules": schedules})).await;
    let slugs: Vec<&str> = made
        .schedules
        .iter()
        .filter_map(|it| it.slug.as_deref())
        .collect();
    assert_eq!(slugs, ["8", "7", "6", "5", "4", "3", "2", "1"]);
    let found = scope.deployment(made.id).await.unwrap().unwrap();
    assert_eq!(found.schedules, made.schedules);
}

async fn a_schedule_makes_its_runs_ahead_once(fixture: Fixture) {
    let scope = fixture.scope();
    let body = json!({"schedules": [hourly()], "tags": ["a"], "parameters": {"x": 1, "y": 1}});
    let (made, _) = deploy(&scope, body).await;
    let (mut one, mut other) = (scheduler(&fixture), scheduler(&fixture));
    let (first, second) = tokio::join!(one.tick(), other.tick());
    assert_eq!(first.unwrap().changed + second.unwrap().changed, 3);
    assert_eq!(one.tick().await.unwrap().changed, 0);
    let runs = runs_of(&scope, made.id).await;
    assert_eq!(runs.len(), 3);
    assert_eq!(runs[0].tags, ["auto-scheduled", "a"]);
    assert!(runs[0].auto_scheduled);
    assert_eq!(runs[0].state_name.as_deref(), Some("Scheduled"));
    let maker = runs[0].created_by.as_ref().unwrap();
    assert_eq!(maker.id, Some(made.schedules[0].id.0));
    assert_eq!(maker.kind.as_deref(), Some("SCHEDULE"));
    let due: Vec<String> = runs
        .iter()
        .map(|run| run.next_scheduled_start_time.unwrap().to_string())
        .collect();
    assert!(
        due.iter().all(|due| due.contains(":00:00.000000Z")),
        "{due:?}"
    );
    // An hour later one is past, and one more is made.
    fixture.clock.advance(3_700.0);
    assert_eq!(one.tick().await.unwrap().changed, 1);
    assert_eq!(one.tick().await.unwrap().changed, 0);
    // The same times again have no effect.
    let again = scope
        .schedule_deployment(made.id, Horizon::default(), None, None)
        .await
        .unwrap();
    assert_eq!(again, 0);
    // Times that are past can be asked for.
    let past = scope.schedule_deployment(
        made.id,
        Horizon {
            min_runs: 5,
            ..Horizon::default()
        },
        Some("2026-11-01T00:00:00Z".parse().unwrap()),
        Some("2026-11-01T03:30:00Z".parse().unwrap()),
    );
    assert_eq!(past.await.unwrap(), 4);
}

async fn a_counted_schedule_ends(fixture: Fixture) {
    let scope = fixture.scope();
    let rule = "DTSTART:20261122T000000\nRRULE:FREQ=DAILY;COUNT=2";
    let body = json!({"schedules": [{"schedule": {"rrule": rule}}]});
    let (made, _) = deploy(&scope, body).await;
    let mut service = scheduler(&fixture);
    assert_eq!(service.tick().await.unwrap().changed, 2);
    fixture.clock.advance(10.0 * 86_400.0);
    assert_eq!(service.tick().await.unwrap().changed, 0);
    assert!(
        fixture
            .store
            .deployments_to_schedule(10)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(runs_of(&scope, made.id).await.len(), 2);
}

async fn pausing_takes_back_what_was_made_ahead(fixture: Fixture) {
    let scope = fixture.scope();
    let (made, _) = deploy(&scope, json!({"schedules": [hourly()]})).await;
    let mut service = scheduler(&fixture);
    service.tick().await.unwrap();
    let by_hand = scope
        .create_deployment_run(
            made.id,
            milliways_model::DeploymentFlowRunCreate::default(),
            Origin::default(),
        )
        .await
        .unwrap();
    assert!(scope.pause_deployment(made.id, true).await.unwrap());
    assert_eq!(service.tick().await.unwrap().changed, 0);
    let left = runs_of(&scope, made.id).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].id, by_hand.unwrap().0.id);
    assert!(scope.pause_deployment(made.id, false).await.unwrap());
    assert_eq!(service.tick().await.unwrap().changed, 3);
    let nobody = DeploymentId(milliways_model::uuid7_now());
    assert!(!scope.pause_deployment(nobody, true).await.unwrap());
}

async fn another_schedule_takes_the_place_of_its_runs(fixture: Fixture) {
    let scope = fixture.scope();
    let (made, _) = deploy(&scope, json!({"schedules": [hourly()]})).await;
    let mut service = scheduler(&fixture);
    service.tick().await.unwrap();
    let update: DeploymentScheduleUpdate = serde_json::from_str(
        r#"{"schedule": {"cron": "30 * * * *"}, "parameters": {"at": "half past"}}"#,
    )
    .unwrap();
    let changed = scope.update_deployment_schedule(made.id, made.schedules[0].id, update);
    assert_eq!(changed.await.unwrap(), None);
    assert!(runs_of(&scope, made.id).await.is_empty());
    service.tick().await.unwrap();
    let runs = runs_of(&scope, made.id).await;
    assert_eq!(runs[0].parameters.get(), r#"{"at":"half past"}"#);
    assert!(runs.iter().all(|run| {
        run.next_scheduled_start_time
            .unwrap()
            .to_string()
            .contains(":30:00")
    }));
    let deleted = scope.delete_deployment_schedule(made.id, made.schedules[0].id);
    assert_eq!(deleted.await.unwrap(), None);
    assert!(runs_of(&scope, made.id).await.is_empty());
    let deleted = scope.delete_deployment_schedule(made.id, made.schedules[0].id);
    assert_eq!(deleted.await.unwrap(), Some("Schedule"));
}

async fn schedules_change_hands_by_slug(fixture: Fixture) {
    let scope = fixture.scope();
    let mut one = hourly();
    one["slug"] = json!("one");
    let mut two = hourly();
    two["slug"] = json!("two");
    let (made, _) = deploy(&scope, json!({"schedules": [one, two]})).await;
    let id_of = |deployment: &Deployment, slug: &str| {
        let found = deployment
            .schedules
            .iter()
            .find(|it| it.slug.as_deref() == Some(slug));
        found.unwrap().id
    };
    let update = json!({"schedules": [
        {"slug": "two", "replaces": "one"}, {"slug": "one", "replaces": "two"},
        {"slug": "three", "schedule": {"cron": "0 0 * * *"}},
    ]});
    let update: DeploymentUpdate = serde_json::from_str(&update.to_string()).unwrap();
    scope.update_deployment(made.id, update).await.unwrap();
    let after = scope.deployment(made.id).await.unwrap().unwrap();
    assert_eq!(after.schedules.len(), 3);
    assert_eq!(id_of(&after, "one"), id_of(&made, "two"));
    assert_eq!(id_of(&after, "two"), id_of(&made, "one"));
    let twice = vec![
        serde_json::from_value(json!({"slug": "one", "schedule": {"cron": "@daily"}})).unwrap(),
    ];
    let refused = scope.create_deployment_schedules(made.id, twice).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(_))),
        "{refused:?}"
    );
}

async fn a_deployment_is_deleted_in_use(fixture: Fixture) {
    let scope = fixture.scope();
    let body = json!({"schedules": [hourly()], "concurrency_limit": 1});
    let (made, _) = deploy(&scope, body).await;
    scheduler(&fixture).tick().await.unwrap();
    let under_way = runs_of(&scope, made.id).await[0].id;
    for kind in [StateType::Pending, StateType::Running] {
        fixture.clock.advance(3_600.0);
        let set = scope.set_flow_run_state(under_way, StateCreate::new(kind), SET);
        assert!(set.await.unwrap().unwrap().written, "{kind:?}");
    }
    let (first, second) = tokio::join!(
        scope.delete_deployment(made.id),
        scope.delete_deployment(made.id)
    );
    assert_ne!(first.unwrap(), second.unwrap(), "it is deleted once");
    assert!(scope.deployment(made.id).await.unwrap().is_none());
    // The run under way goes on and ends, and nothing holds a slot of what is gone.
    let run = scope.flow_run(under_way).await.unwrap().unwrap();
    assert_eq!(run.state_type, Some(StateType::Running));
    let set = scope.set_flow_run_state(under_way, StateCreate::new(StateType::Completed), SET);
    assert!(set.await.unwrap().unwrap().written);
    let left = scope.count_flow_runs(Filters::default()).await.unwrap();
    assert_eq!(left, 1);
    assert_eq!(events(&scope, "prefect.deployment.deleted").await.len(), 1);
    assert_eq!(scheduler(&fixture).tick().await.unwrap().changed, 0);
}

async fn runs_are_made_of_a_deployment(fixture: Fixture) {
    let scope = fixture.scope();
    super::pools::pool(&scope, "machines").await;
    let schema =
        json!({"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]});
    let body = json!({"parameters": {"x": 1}, "parameter_openapi_schema": schema, "tags": ["a"],
        "version": "3", "work_pool_name": "machines", "labels": {"mine": true}});
    let (made, _) = deploy(&scope, body).await;
    assert_eq!(made.work_queue_name.as_deref(), Some("default"));
    assert_eq!(made.work_pool_name.as_deref(), Some("machines"));
    let create = |body: Value| serde_json::from_str(&body.to_string()).unwrap();
    let body = json!({"tags": ["b"], "idempotency_key": "k", "work_queue_name": "fast",
        "parameters": {"x": {"__prefect_kind": "json", "value": "7"}}});
    for is_new in [true, false] {
        let run = scope
            .create_deployment_run(made.id, create(body.clone()), Origin::default())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(run.1, is_new);
        let run = run.0;
        assert_eq!(run.parameters.get(), r#"{"x":7}"#);
        assert_eq!(run.tags, ["a", "b"]);
        assert_eq!(run.work_queue_name.as_deref(), Some("fast"));
        assert_eq!(run.work_pool_name.as_deref(), Some("machines"));
        assert_eq!(run.deployment_version.as_deref(), Some("3"));
        assert_eq!(run.state_type, Some(StateType::Scheduled));
        let labels = run.labels.to_map();
        assert_eq!(
            (&labels["mine"], &labels["team"]),
            (&json!(true), &json!("data"))
        );
        assert_eq!(labels["prefect.deployment.id"], json!(made.id));
    }
    let several = vec![
        create(json!({})),
        create(json!({"parameters": {"x": "no number"}})),
    ];
    let results = scope
        .create_deployment_runs(made.id, several, Origin::default())
        .await
        .unwrap()
        .unwrap();
    let became: Vec<FlowRunCreateStatus> = results.iter().map(|result| result.status).collect();
    assert_eq!(
        became,
        [FlowRunCreateStatus::Created, FlowRunCreateStatus::Failed]
    );
    let refused = scope
        .create_deployment_run(
            made.id,
            create(json!({"parameters": {"x": "no"}})),
            Origin::default(),
        )
        .await;
    assert!(
        matches!(&refused, Err(StoreError::Conflict(text)) if text.contains("'x'")),
        "{refused:?}"
    );
}

async fn what_asks_for_runs_makes_ready(fixture: Fixture) {
    let scope = fixture.scope();
    let (made, _) = deploy(&scope, json!({})).await;
    let status = async || scope.deployment(made.id).await.unwrap().unwrap().status;
    for _ in 0..2 {
        scope.deployments_polled(vec![made.id]).await.unwrap();
    }
    assert_eq!(status().await, Some(DeploymentStatus::Ready));
    assert_eq!(events(&scope, "prefect.deployment.ready").await.len(), 1);
    fixture.clock.advance(61.0);
    let before = milliways_model::time::Clock::now(&*fixture.clock).plus_seconds(-60.0);
    let silent = fixture.store.silent_deployments(before, 10).await.unwrap();
    assert_eq!(silent, [(scope.id(), made.id)]);
    assert!(scope.deployment_silent(made.id, before).await.unwrap());
    assert!(!scope.deployment_silent(made.id, before).await.unwrap());
    assert_eq!(status().await, Some(DeploymentStatus::NotReady));
    assert_eq!(
        events(&scope, "prefect.deployment.not-ready").await.len(),
        1
    );
}

async fn a_limit_is_owned_or_shared(fixture: Fixture) {
    let scope = fixture.scope();
    let (made, _) = deploy(&scope, json!({"concurrency_limit": 2})).await;
    let limit = made.global_concurrency_limit.unwrap();
    assert_eq!(
        (limit.limit, limit.name),
        (2, format!("deployment:{}", made.id))
    );
    let update: DeploymentUpdate = serde_json::from_str(r#"{"concurrency_limit": 5}"#).unwrap();
    scope.update_deployment(made.id, update).await.unwrap();
    let after = scope.deployment(made.id).await.unwrap().unwrap();
    assert_eq!(after.global_concurrency_limit.unwrap().limit, 5);
    let shared = json!({"name": "other", "global_concurrency_limit_id": limit.id});
    let (other, _) = deploy(&scope, shared).await;
    assert_eq!(other.global_concurrency_limit.unwrap().id, limit.id);
    let update: DeploymentUpdate = serde_json::from_str(r#"{"concurrency_limit": null}"#).unwrap();
    scope.update_deployment(made.id, update).await.unwrap();
    for id in [made.id, other.id] {
        let after = scope.deployment(id).await.unwrap().unwrap();
        assert!(after.global_concurrency_limit.is_none());
    }
}

async fn what_belongs_to_it_is_found_by_deployment(fixture: Fixture) {
    let scope = fixture.scope();
    let (made, _) = deploy(&scope, json!({"tags": ["a"], "work_queue_name": "q"})).await;
    deploy(&scope, json!({"name": "other"})).await;
    let by = |filter: DeploymentFilter| Filters {
        deployments: Some(filter),
        ..Filters::default()
    };
    let queue = DeploymentFilter {
        work_queue_name: Some(AnyOf {
            any_: Some(vec!["q".to_owned()]),
        }),
        ..DeploymentFilter::default()
    };
    assert_eq!(scope.count_deployments(by(queue.clone())).await.unwrap(), 1);
    let flows = scope
        .flows(by(queue), FlowSort::NameAsc, ALL)
        .await
        .unwrap();
    assert_eq!(flows.len(), 1);
    let nothing = DeploymentFilter {
        id: Some(AnyOrNot {
            any_: Some(vec![]),
            not_any_: None,
        }),
        ..DeploymentFilter::default()
    };
    assert_eq!(scope.count_flows(by(nothing)).await.unwrap(), 0);
    let counts = scope
        .count_deployments_by_flow(vec![made.flow_id])
        .await
        .unwrap();
    assert_eq!(counts, [(made.flow_id, 2)]);
    assert!(scope.delete_flow(made.flow_id).await.unwrap());
    assert_eq!(
        scope.count_deployments(Filters::default()).await.unwrap(),
        0
    );
}
