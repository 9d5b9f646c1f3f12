//! Automations: stored, validated, related to resources, deleted with what they belong to.

use milliways_model::automation::Trigger;
use milliways_model::event::Resource;
use milliways_model::filter::{AnyOf, AutomationFilter, TagsFilter};
use milliways_model::sort::AutomationSort;
use milliways_model::{Automation, AutomationCreate, AutomationId, AutomationUpdate, uuid7_now};
use milliways_storage::{Page, Scope, StoreError};
use serde_json::{Value, json};

use super::{Fixture, on_both};

on_both! {
    an_automation_is_stored_changed_and_deleted
    automations_are_found
    what_belongs_to_a_resource_goes_with_it
    a_loop_is_not_switched_on
}

const PAGE: Page = Page {
    limit: 200,
    offset: 0,
};

#[expect(clippy::needless_pass_by_value, reason = "as `json!` gives it")]
fn create(more: Value) -> AutomationCreate {
    let mut body = json!({
        "name": "a", "trigger": {"posture": "Reactive", "expect": ["x"], "threshold": 3, "within": 42},
        "actions": [{"type": "do-nothing"}],
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    serde_json::from_value(body).unwrap()
}

async fn make(scope: &Scope, more: Value) -> Automation {
    scope.create_automation(create(more)).await.unwrap()
}

async fn an_automation_is_stored_changed_and_deleted(fixture: Fixture) {
    let scope = fixture.scope();
    let head = scope.head().await.unwrap();
    let given = "0192f0a4-8f3b-7000-8000-000000000001";
    let inner = json!({"posture": "Reactive", "id": given});
    let trigger = json!({"type": "compound", "triggers": [inner], "within": 60, "require": "any", "id": given});
    let made = make(
        &scope,
        json!({"trigger": trigger, "tags": ["t"], "description": "d"}),
    )
    .await;
    let stored = scope.automation(made.id).await.unwrap().unwrap();
    assert_eq!(stored, made);
    let Trigger::Compound(compound) = &stored.trigger else {
        panic!("{stored:?}")
    };
    assert_ne!(compound.id.to_string(), given, "ids are the server's own");
    assert_ne!(
        compound.id,
        Trigger::Compound(compound.clone())
            .children()
            .iter()
            .map(|child| match child {
                Trigger::Event(event) => event.id,
                _ => panic!("{child:?}"),
            })
            .next()
            .unwrap()
    );

    fixture.clock.advance(5.0);
    let mut update = AutomationUpdate::from(stored.clone());
    "b".clone_into(&mut update.name);
    update.enabled = Some(false);
    assert!(scope.update_automation(made.id, update).await.unwrap());
    let updated = scope.automation(made.id).await.unwrap().unwrap();
    assert_eq!((updated.name.as_str(), updated.enabled), ("b", false));
    assert_eq!(updated.created, made.created);
    assert!(updated.updated > made.updated);
    assert_eq!(updated.tags, ["t"]);

    assert!(scope.enable_automation(made.id, true).await.unwrap());
    let enabled = scope.automation(made.id).await.unwrap().unwrap();
    assert!(enabled.enabled);
    assert_eq!(
        enabled.trigger, updated.trigger,
        "a switch leaves the triggers' ids"
    );

    assert!(scope.delete_automation(made.id).await.unwrap());
    assert!(!scope.delete_automation(made.id).await.unwrap());
    assert_eq!(scope.automation(made.id).await.unwrap(), None);
    let unknown = AutomationId(uuid7_now());
    assert!(!scope.enable_automation(unknown, true).await.unwrap());

    let events = fixture.events_after(head, 4).await;
    let told: Vec<(&str, &str)> = events
        .iter()
        .map(|event| {
            (
                event.event.as_str(),
                event.resource.0[Resource::NAME].as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("prefect.automation.created", "a"),
            ("prefect.automation.updated", "b"),
            ("prefect.automation.updated", "b"),
            ("prefect.automation.deleted", "b"),
        ]
    );
    assert_eq!(
        events[0].resource.id(),
        format!("prefect.automation.{}", made.id)
    );
    assert_eq!(
        events[0].payload.to_map()["actions"],
        json!([{"type": "do-nothing"}])
    );
}

async fn automations_are_found(fixture: Fixture) {
    let scope = fixture.scope();
    for (name, tags) in [("c", vec!["x"]), ("a", vec!["x", "y"]), ("b", vec![])] {
        fixture.clock.advance(1.0);
        make(&scope, json!({"name": name, "tags": tags})).await;
    }
    let names = async |filter: AutomationFilter, sort| {
        let found = scope.automations(filter, sort, PAGE).await.unwrap();
        found
            .iter()
            .map(|one| one.name.clone())
            .collect::<Vec<_>>()
            .concat()
    };
    let all = AutomationFilter::default;
    assert_eq!(names(all(), AutomationSort::NameAsc).await, "abc");
    assert_eq!(names(all(), AutomationSort::NameDesc).await, "cba");
    assert_eq!(names(all(), AutomationSort::CreatedDesc).await, "bac");
    let page = Page {
        limit: 1,
        offset: 1,
    };
    let second = scope
        .automations(all(), AutomationSort::NameAsc, page)
        .await
        .unwrap();
    assert_eq!(second[0].name, "b");
    assert_eq!(
        scope
            .count_automations(AutomationFilter::default())
            .await
            .unwrap(),
        3
    );
    let tags = |filter: TagsFilter| AutomationFilter {
        tags: Some(filter),
        ..all()
    };
    let both = TagsFilter {
        all_: Some(vec!["x".into(), "y".into()]),
        ..TagsFilter::default()
    };
    assert_eq!(names(tags(both), AutomationSort::NameAsc).await, "a");
    let none = TagsFilter {
        is_null_: Some(true),
        ..TagsFilter::default()
    };
    assert_eq!(names(tags(none), AutomationSort::NameAsc).await, "b");
    let called = AutomationFilter {
        name: Some(AnyOf {
            any_: Some(vec!["c".into(), "nobody".into()]),
        }),
        ..all()
    };
    assert_eq!(names(called, AutomationSort::NameAsc).await, "c");
}

async fn what_belongs_to_a_resource_goes_with_it(fixture: Fixture) {
    let scope = fixture.scope();
    let (deployment, other) = (uuid7_now(), uuid7_now());
    let resource = format!("prefect.deployment.{deployment}");
    let runs = |id| json!({"type": "run-deployment", "deployment_id": id});
    let owned = make(
        &scope,
        json!({"owner_resource": resource, "actions": [runs(deployment), runs(other)]}),
    )
    .await;
    fixture.clock.advance(1.0);
    let related = make(&scope, json!({"actions": [runs(deployment)]})).await;
    let stranger = make(&scope, json!({})).await;
    let ids = async |resource: &str| {
        let found = scope.automations_related_to(resource, 200).await.unwrap();
        found.iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&resource).await, [owned.id, related.id]);
    assert_eq!(
        ids(&format!("prefect.deployment.{other}")).await,
        [owned.id]
    );

    // What an automation runs can change; whom it belongs to can't.
    let mut update = AutomationUpdate::from(owned.clone());
    update.actions.clear();
    assert!(scope.update_automation(owned.id, update).await.unwrap());
    assert_eq!(ids(&resource).await, [owned.id, related.id]);
    assert_eq!(ids(&format!("prefect.deployment.{other}")).await, []);

    scope.delete_automations_owned_by(&resource).await.unwrap();
    assert_eq!(scope.automation(owned.id).await.unwrap(), None);
    assert_eq!(ids(&resource).await, [related.id]);
    assert!(scope.automation(stranger.id).await.unwrap().is_some());
}

async fn a_loop_is_not_switched_on(fixture: Fixture) {
    let scope = fixture.scope();
    let looping = json!({
        "enabled": false, "actions": [{"type": "run-deployment", "source": "inferred"}],
        "trigger": {"posture": "Reactive", "expect": ["prefect.flow-run.*"]},
    });
    let made = make(&scope, looping.clone()).await;
    let refused = scope.enable_automation(made.id, true).await.unwrap_err();
    let StoreError::Invalid { location, reason } = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(location, "");
    assert!(reason.starts_with("Running an inferred deployment"));
    let mut enabled = create(looping);
    enabled.enabled = true;
    let refused = scope.create_automation(enabled).await.unwrap_err();
    assert!(matches!(refused, StoreError::Invalid { .. }));
    assert_eq!(
        scope
            .count_automations(AutomationFilter::default())
            .await
            .unwrap(),
        1
    );
}
