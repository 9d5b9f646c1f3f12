//! Things that stand for themselves: automations, artifacts, variables, saved searches.

use serde_json::{Value, json};

use super::Step;

/// An automation is made, replaced, switched off and deleted.
pub(super) fn of_an_automation() -> Vec<Step> {
    let trigger = |event: &str| json!({"type": "event", "posture": "Reactive", "expect": [event], "threshold": 1, "within": 0.0});
    let automation = |event: &str| json!({"name": "{n}", "description": event, "trigger": trigger(event), "actions": [{"type": "do-nothing"}]});
    let named = json!({"automations": {"name": {"any_": ["{n}"]}}});
    let found = |event: &str, enabled: bool| json!([{"description": event, "enabled": enabled, "trigger": {"expect": [event]}}]);
    let filter = "/automations/filter";
    vec![
        Step::post("/automations/", automation("one"))
            .keeps("{_id}", "/id")
            .finds(filter, named.clone(), found("one", true)),
        Step::new("PUT", "/automations/{_id}", automation("two")).finds(
            filter,
            named.clone(),
            found("two", true),
        ),
        Step::patch("/automations/{_id}", json!({"enabled": false})).finds(
            filter,
            named.clone(),
            found("two", false),
        ),
        Step::delete("/automations/{_id}").finds(filter, named, json!([])),
    ]
}

/// Two automations belong to a resource, and go with it.
pub(super) fn of_owned_automations() -> Vec<Step> {
    let named = json!({"automations": {"name": {"any_": ["{n}-1", "{n}-2"]}}});
    let automation = |number: u8| {
        json!({"name": format!("{{n}}-{number}"), "owner_resource": "test.{n}", "actions": [{"type": "do-nothing"}],
            "trigger": {"type": "event", "posture": "Reactive", "expect": ["e"], "threshold": 1, "within": 0.0}})
    };
    let filter = "/automations/filter";
    let found = |numbers: &[u8]| {
        let found = numbers
            .iter()
            .map(|number| json!({"name": format!("{{n}}-{number}")}));
        found.collect::<Value>()
    };
    vec![
        Step::post("/automations/", automation(1))
            .keeps("{_one}", "/id")
            .finds(filter, named.clone(), found(&[1])),
        Step::post("/automations/", automation(2))
            .keeps("{_two}", "/id")
            .finds(filter, named.clone(), found(&[1, 2])),
        Step::delete("/automations/owned-by/test.{n}").finds(filter, named, json!([])),
    ]
}

/// Two artifacts of a key: the latest one is the one that is shown, until it is deleted.
pub(super) fn of_artifacts_of_a_key() -> Vec<Step> {
    let latest = "/artifacts/{n}/latest";
    let artifact = |data: &str| json!({"key": "{n}", "type": "markdown", "data": data, "metadata_": {"of": "{n}"}});
    let all = json!({"artifacts": {"key": {"any_": ["{n}"]}}});
    let filter = "/artifacts/filter";
    vec![
        Step::post("/artifacts/", artifact("one"))
            .keeps("{_one}", "/id")
            .shows(latest, json!({"data": "one", "metadata_": {"of": "{n}"}}))
            .finds(filter, all.clone(), json!([{"data": "one"}])),
        Step::post("/artifacts/", artifact("two"))
            .keeps("{_two}", "/id")
            .shows(latest, json!({"data": "two"}))
            .finds(
                filter,
                all.clone(),
                json!([{"data": "one"}, {"data": "two"}]),
            ),
        Step::patch("/artifacts/{_two}", json!({"data": "three"}))
            .shows(latest, json!({"data": "three"}))
            .finds(
                filter,
                all.clone(),
                json!([{"data": "one"}, {"data": "three"}]),
            ),
        Step::delete("/artifacts/{_two}")
            .shows(latest, json!({"data": "one"}))
            .finds(filter, all.clone(), json!([{"data": "one"}])),
        Step::delete("/artifacts/{_one}")
            .hides(latest)
            .finds(filter, all, json!([])),
    ]
}

/// A variable is made, changed by its name and by its id, and deleted.
pub(super) fn of_a_variable() -> Vec<Step> {
    let variable = "/variables/name/v{n}";
    vec![
        Step::post(
            "/variables/",
            json!({"name": "v{n}", "value": {"x": [1, "{n}"]}, "tags": ["a"]}),
        )
        .keeps("{_id}", "/id")
        .shows(variable, json!({"value": {"x": [1, "{n}"]}, "tags": ["a"]})),
        Step::patch(variable, json!({"value": "two"}))
            .shows(variable, json!({"value": "two", "tags": ["a"]})),
        Step::patch("/variables/{_id}", json!({"value": 3}))
            .shows(variable, json!({"value": 3, "tags": ["a"]})),
        Step::delete(variable).hides(variable),
        Step::post("/variables/", json!({"name": "v{n}", "value": 4}))
            .keeps("{_again}", "/id")
            .shows(variable, json!({"value": 4, "tags": []})),
        Step::delete("/variables/{_again}").hides(variable),
    ]
}

/// A saved search is made, made again with other filters, and deleted.
pub(super) fn of_a_saved_search() -> Vec<Step> {
    let search = |value: &str| {
        json!({"name": "{n}", "filters": [
            {"object": "flow_run", "property": "name", "type": "string", "operation": "equals", "value": value}]})
    };
    let shows = |value: &str| json!({"name": "{n}", "filters": [{"value": value}]});
    vec![
        Step::new("PUT", "/saved_searches/", search("one"))
            .keeps("{_id}", "/id")
            .shows("/saved_searches/{_id}", shows("one")),
        Step::new("PUT", "/saved_searches/", search("two"))
            .shows("/saved_searches/{_id}", shows("two")),
        Step::delete("/saved_searches/{_id}").hides("/saved_searches/{_id}"),
    ]
}
