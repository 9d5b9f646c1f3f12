//! Which automations may be stored, and what is said of the others.

use milliways_model::AutomationContent;
use serde_json::{Value, json};

use super::{check, check_enabled};

const ID: &str = "0192f0a4-8f3b-7000-8000-000000000001";

#[expect(clippy::needless_pass_by_value, reason = "as `json!` gives them")]
fn automation(trigger: Value, actions: Value) -> AutomationContent {
    serde_json::from_value(json!({"name": "a", "trigger": trigger, "actions": actions})).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "as `json!` gives it")]
fn event(labels: Value) -> Value {
    json!({"posture": "Reactive", "expect": ["prefect.flow-run.Running"], "match": labels})
}

#[test]
fn what_is_wrong_is_told() {
    let reactive = json!({"posture": "Reactive"});
    let pair = json!([reactive, reactive]);
    for (trigger, action, expected) in [
        (
            json!({"posture": "Reactive", "within": -0.001}),
            json!([]),
            "greater than or equal to 0 seconds",
        ),
        (
            json!({"posture": "Proactive", "within": 9.999}),
            json!([]),
            "greater than or equal to 10 seconds",
        ),
        (
            json!({"triggers": pair, "within": 1, "require": 0}),
            json!([]),
            "at least 1",
        ),
        (
            json!({"triggers": pair, "within": 1, "require": 3}),
            json!([]),
            "less than or equal to the number",
        ),
        (
            reactive.clone(),
            json!([{"type": "run-deployment"}]),
            "deployment_id is required",
        ),
        (
            reactive.clone(),
            json!([{"type": "pause-work-pool", "source": "inferred", "work_pool_id": ID}]),
            "work_pool_id is not allowed",
        ),
        (
            reactive.clone(),
            json!([{"type": "send-notification", "block_document_id": ID, "subject": "{{ a", "body": ""}]),
            "'subject' is not a valid template",
        ),
        (
            reactive.clone(),
            json!([{"type": "call-webhook", "block_document_id": ID, "payload": "{% if %}"}]),
            "'payload' is not a valid template",
        ),
        (
            reactive.clone(),
            json!([{"type": "run-deployment", "source": "inferred", "parameters":
                {"a": [{"b": {"__prefect_kind": "jinja", "template": "{{ x "}}], "c": "{% nope %}"}}]),
            "Invalid parameters: \na: ",
        ),
        (
            reactive.clone(),
            json!([{"type": "run-deployment", "source": "inferred", "parameters":
                {"a": {"__prefect_kind": "json", "value": "{"}}}]),
            "a: Invalid JSON",
        ),
        (
            event(json!({})),
            json!([{"type": "run-deployment", "source": "inferred"}]),
            "inferred deployment",
        ),
        (
            event(json!({"prefect.resource.id": ["x", "prefect.flow-run.*"]})),
            json!([{"type": "run-deployment", "deployment_id": ID}]),
            "selected deployment",
        ),
    ] {
        let flaw = check(&automation(trigger, action)).unwrap_err();
        assert!(
            flaw.reason.contains(expected),
            "{} has no {expected}",
            flaw.reason
        );
    }
}

#[test]
fn good_ones_pass() {
    let narrow = event(json!({"prefect.resource.name": "brave-*"}));
    let proactive = json!({"posture": "Proactive", "expect": ["prefect.flow-run.Running"]});
    for (trigger, action) in [
        (
            narrow,
            json!([{"type": "run-deployment", "deployment_id": ID}]),
        ),
        (
            proactive,
            json!([{"type": "run-deployment", "source": "inferred"}]),
        ),
        (
            json!({"posture": "Reactive"}),
            json!([{"type": "run-deployment", "source": "inferred", "parameters":
                {"a": "{{ event.id }}", "b": {"__prefect_kind": "workspace_variable", "variable_name": "v"}, "n": 1}}]),
        ),
    ] {
        assert_eq!(check(&automation(trigger, action)), Ok(()));
    }
}

#[test]
fn a_loop_is_harmless_until_it_is_switched_on() {
    let mut looping = automation(
        event(json!({})),
        json!([{"type": "run-deployment", "source": "inferred"}]),
    );
    looping.enabled = false;
    assert_eq!(check(&looping), Ok(()));
    looping.enabled = true;
    let flaw = check_enabled(&looping).unwrap_err();
    assert_eq!(flaw.location, "");
    assert!(flaw.reason.starts_with("Running an inferred deployment"));
}

#[test]
fn triggers_are_bounded() {
    let mut deep = json!({"posture": "Reactive"});
    for _ in 0..9 {
        deep = json!({"triggers": [deep], "within": 1, "require": "all"});
    }
    assert!(check(&automation(deep, json!([]))).is_err());
    let many = vec![json!({"posture": "Reactive"}); 101];
    assert!(
        check(&automation(
            json!({"triggers": many, "within": 1}),
            json!([])
        ))
        .is_err()
    );
}
