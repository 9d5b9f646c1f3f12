//! Variables, saved searches and artifacts: stored, found, changed, and told of.

use milliways_model::filter::{AnyOrNot, ArtifactFilter, KeyFilter, NameFilter, VariableFilter};
use milliways_model::sort::{ArtifactCollectionSort, ArtifactSort, VariableSort};
use milliways_model::{
    ArtifactCreate, ArtifactUpdate, Json, SavedSearchCreate, VariableCreate, VariableUpdate,
};
use milliways_storage::{Filters, Page, StoreError, VariableKey};
use serde_json::json;

use super::{Fixture, on_both};

on_both! {
    variables_are_found_by_name_and_filter
    changes_of_variables_are_told
    bad_variables_are_refused
    saved_searches_are_put_by_name
    the_newest_artifact_of_a_key_is_kept
    artifacts_are_filtered_and_sorted
}

const ALL: Page = Page {
    limit: 200,
    offset: 0,
};

#[expect(clippy::needless_pass_by_value, reason = "as `json!` gives it")]
fn variable(name: &str, value: serde_json::Value, tags: &[&str]) -> VariableCreate {
    VariableCreate {
        name: name.to_owned(),
        value: Json::from_value(&value).unwrap(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
    }
}

async fn variables_are_found_by_name_and_filter(fixture: Fixture) {
    let scope = fixture.scope();
    for (name, value, tags) in [
        ("a_1", json!("x"), &["t"][..]),
        ("a-2", json!({"k": [1, null]}), &[]),
        ("b", json!(null), &["t", "u"]),
    ] {
        let made = scope.create_variable(variable(name, value, tags)).await;
        assert!(made.unwrap().is_some());
    }
    assert!(
        scope
            .create_variable(variable("b", json!(1), &[]))
            .await
            .unwrap()
            .is_none()
    );
    let named = async |filter: VariableFilter, sort| {
        let found = scope.variables(Some(filter), sort, ALL).await.unwrap();
        let names: Vec<String> = found.into_iter().map(|variable| variable.name).collect();
        names.join(" ")
    };
    let like = |text: &str| VariableFilter {
        name: Some(NameFilter {
            like_: Some(text.to_owned()),
            ..NameFilter::default()
        }),
        ..VariableFilter::default()
    };
    assert_eq!(
        named(VariableFilter::default(), VariableSort::NameDesc).await,
        "b a_1 a-2"
    );
    assert_eq!(named(like("A_"), VariableSort::NameAsc).await, "a_1");
    assert_eq!(named(like("'; DROP"), VariableSort::NameAsc).await, "");
    let tagged: VariableFilter =
        serde_json::from_value(json!({"tags": {"all_": ["t", "u"]}})).unwrap();
    assert_eq!(named(tagged.clone(), VariableSort::NameAsc).await, "b");
    assert_eq!(scope.count_variables(Some(tagged)).await.unwrap(), 1);
    let bare: VariableFilter = serde_json::from_value(json!({"tags": {"is_null_": true}})).unwrap();
    assert_eq!(named(bare, VariableSort::NameAsc).await, "a-2");
    let values = scope.variable_values().await.unwrap();
    assert_eq!(values["a-2"].to_value(), json!({"k": [1, null]}));
    let null = scope
        .variable(VariableKey::Name("b".to_owned()))
        .await
        .unwrap();
    assert!(null.unwrap().value.is_null());
}

async fn changes_of_variables_are_told(fixture: Fixture) {
    let scope = fixture.scope();
    let made = scope
        .create_variable(variable("v", json!(1), &["t"]))
        .await
        .unwrap()
        .unwrap();
    let update = VariableUpdate {
        value: Some(Json::from_value(&json!(null)).unwrap()),
        ..VariableUpdate::default()
    };
    assert!(
        scope
            .update_variable(VariableKey::Id(made.id), update)
            .await
            .unwrap()
    );
    let renamed = VariableUpdate {
        name: Some(Some("w".to_owned())),
        ..VariableUpdate::default()
    };
    let by_name = VariableKey::Name("v".to_owned());
    assert!(
        scope
            .update_variable(by_name.clone(), renamed.clone())
            .await
            .unwrap()
    );
    assert!(!scope.update_variable(by_name, renamed).await.unwrap());
    let by_name = VariableKey::Name("w".to_owned());
    assert!(scope.delete_variable(by_name.clone()).await.unwrap());
    assert!(!scope.delete_variable(by_name).await.unwrap());
    let told: Vec<_> = fixture.events_after(0, 4).await;
    let told: Vec<_> = told
        .iter()
        .map(|event| (event.event.as_str(), event.payload.get()))
        .collect();
    assert_eq!(
        told,
        [
            (
                "prefect.variable.created",
                r#"{"name":"v","value":1,"tags":["t"]}"#
            ),
            (
                "prefect.variable.updated",
                r#"{"name":"v","value":null,"tags":["t"]}"#
            ),
            (
                "prefect.variable.updated",
                r#"{"name":"w","value":null,"tags":["t"]}"#
            ),
            (
                "prefect.variable.deleted",
                r#"{"name":"w","value":null,"tags":["t"]}"#
            ),
        ]
    );
}

async fn bad_variables_are_refused(fixture: Fixture) {
    let scope = fixture.scope();
    let long = "x".repeat(256);
    for name in [
        "",
        "A",
        "a b",
        "..",
        "a/b",
        "a\u{0}",
        "a\n",
        "\u{202e}a",
        "naïve",
        &long,
    ] {
        let outcome = scope.create_variable(variable(name, json!(1), &[])).await;
        assert!(
            matches!(
                outcome,
                Err(StoreError::Invalid { .. } | StoreError::TooLong { .. })
            ),
            "{name:?}"
        );
    }
    let large = json!("x".repeat(5_000));
    let outcome = scope.create_variable(variable("a", large, &[])).await;
    assert!(matches!(outcome, Err(StoreError::Invalid { .. })));
}

async fn saved_searches_are_put_by_name(fixture: Fixture) {
    let scope = fixture.scope();
    let search = |name: &str, value: i64| -> SavedSearchCreate {
        serde_json::from_value(json!({"name": name, "filters": [{
            "object": "flow", "property": "name", "type": "string", "operation": "equals", "value": value}]}))
        .unwrap()
    };
    let (first, is_new) = scope.put_saved_search(search("b", 1)).await.unwrap();
    assert!(is_new);
    scope.put_saved_search(search("a", 1)).await.unwrap();
    let (again, is_new) = scope.put_saved_search(search("b", 2)).await.unwrap();
    assert!(!is_new && again.id == first.id);
    assert_eq!(again.filters[0].value.get(), "2");
    let names: Vec<String> = scope
        .saved_searches(ALL)
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(names, ["a", "b"]);
    assert!(scope.delete_saved_search(first.id).await.unwrap());
    assert!(scope.saved_search(first.id).await.unwrap().is_none());
}

fn artifact(key: Option<&str>, kind: &str, data: i64) -> ArtifactCreate {
    ArtifactCreate {
        key: key.map(str::to_owned),
        r#type: Some(kind.to_owned()),
        data: Some(Json::from_value(&data).unwrap()),
        ..ArtifactCreate::default()
    }
}

async fn the_newest_artifact_of_a_key_is_kept(fixture: Fixture) {
    let scope = fixture.scope();
    let mut ids = Vec::new();
    for n in 1..=3 {
        fixture.clock.advance(1.0);
        ids.push(
            scope
                .create_artifact(artifact(Some("k"), "table", n))
                .await
                .unwrap()
                .id,
        );
    }
    let latest = async || scope.latest_artifact("k").await.unwrap();
    assert_eq!(latest().await.unwrap().latest_id, ids[2]);
    let update = ArtifactUpdate {
        data: Some(Some(Json::from_value(&9).unwrap())),
        description: Some(Some("d".to_owned())),
        ..ArtifactUpdate::default()
    };
    assert!(scope.update_artifact(ids[2], update).await.unwrap());
    let shown = latest().await.unwrap();
    assert_eq!(
        (shown.data.unwrap().get(), shown.description.as_deref()),
        ("9", Some("d"))
    );
    // An older one goes: nothing is seen of it. The newest goes: the one before it takes its place.
    assert!(scope.delete_artifact(ids[0]).await.unwrap());
    assert_eq!(latest().await.unwrap().latest_id, ids[2]);
    assert!(scope.delete_artifact(ids[2]).await.unwrap());
    let back = latest().await.unwrap();
    assert_eq!((back.latest_id, back.data.unwrap().get()), (ids[1], "2"));
    assert!(scope.delete_artifact(ids[1]).await.unwrap());
    assert!(latest().await.is_none());
    assert!(!scope.delete_artifact(ids[1]).await.unwrap());
    let told = fixture.events_after(0, 5).await;
    let told: Vec<_> = told
        .iter()
        .map(|event| event.event.rsplit('.').next().unwrap())
        .collect();
    assert_eq!(
        told,
        ["created", "updated", "updated", "updated", "deleted"]
    );
}

async fn artifacts_are_filtered_and_sorted(fixture: Fixture) {
    let scope = fixture.scope();
    for (key, kind) in [
        (Some("a-1"), "table"),
        (Some("b"), "markdown"),
        (None, "result"),
    ] {
        scope.create_artifact(artifact(key, kind, 1)).await.unwrap();
    }
    let count = async |filter: ArtifactFilter| {
        let filters = Filters {
            artifacts: Some(filter),
            ..Filters::default()
        };
        scope.count_artifacts(filters).await.unwrap()
    };
    let by_key = |key: KeyFilter| ArtifactFilter {
        key: Some(key),
        ..ArtifactFilter::default()
    };
    let keyless = KeyFilter {
        exists_: Some(false),
        ..KeyFilter::default()
    };
    assert_eq!(count(by_key(keyless)).await, 1);
    let like = KeyFilter {
        like_: Some("A-".to_owned()),
        ..KeyFilter::default()
    };
    assert_eq!(count(by_key(like)).await, 1);
    let other = ArtifactFilter {
        r#type: Some(AnyOrNot {
            any_: None,
            not_any_: Some(vec!["result".to_owned()]),
        }),
        ..ArtifactFilter::default()
    };
    assert_eq!(count(other).await, 2);
    for sort in [
        ArtifactSort::CreatedDesc,
        ArtifactSort::UpdatedDesc,
        ArtifactSort::IdDesc,
        ArtifactSort::KeyDesc,
        ArtifactSort::KeyAsc,
    ] {
        let found = scope
            .artifacts(Filters::default(), sort, ALL)
            .await
            .unwrap();
        assert_eq!(found.len(), 3);
    }
    let keys = scope
        .latest_artifacts(Filters::default(), ArtifactCollectionSort::KeyAsc, ALL)
        .await
        .unwrap();
    let keys: Vec<&str> = keys.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["a-1", "b"]);
    let mut long = artifact(Some("Upper"), "table", 1);
    assert!(scope.create_artifact(long.clone()).await.is_err());
    long.key = None;
    long.metadata_ = Some([("k".to_owned(), "x".repeat(600))].into());
    let cut = scope
        .create_artifact(long)
        .await
        .unwrap()
        .metadata_
        .unwrap();
    assert_eq!(cut["k"].len(), 503);
}
