//! Triggers and actions are read as they are told, and written with all they have.

use serde_json::{Value, json};

use super::{Action, AutomationCreate, Trigger};

fn trigger(value: Value) -> Result<Value, String> {
    let trigger: Trigger = serde_json::from_value(value).map_err(|error| error.to_string())?;
    serde_json::to_value(trigger).map_err(|error| error.to_string())
}

#[test]
fn triggers_have_defaults() {
    let read = trigger(json!({"posture": "Reactive"})).unwrap();
    assert_eq!(
        read,
        json!({
            "type": "event", "id": "00000000-0000-0000-0000-000000000000", "match": {}, "match_related": {},
            "after": [], "expect": [], "for_each": [], "posture": "Reactive", "threshold": 1, "within": 0.0,
        })
    );
    let waits =
        trigger(json!({"type": "event", "posture": "Proactive", "expect": ["b", "a", "b"]}))
            .unwrap();
    assert_eq!(
        (&waits["within"], &waits["expect"]),
        (&json!(10.0), &json!(["a", "b"]))
    );
    for (told, seconds) in [
        (json!("PT2M"), 120.0),
        (json!("P1DT1S"), 86_401.0),
        (json!(42), 42.0),
    ] {
        let read = trigger(json!({"posture": "Reactive", "within": told})).unwrap();
        assert_eq!(read["within"], json!(seconds));
    }
}

#[test]
fn triggers_are_told_apart() {
    let inner = json!({"posture": "Reactive"});
    let compound = json!({"triggers": [inner], "within": null, "require": "any"});
    assert_eq!(trigger(compound).unwrap()["type"], "compound");
    let sequence = json!({"triggers": [inner], "within": 3});
    assert_eq!(trigger(sequence).unwrap()["type"], "sequence");
    for wrong in [
        json!({"type": "metric", "posture": "Metric", "metric": {}}),
        json!({"posture": "Metric"}),
        json!({"posture": "Reactive", "within": null}),
        json!({"posture": "Reactive", "within": "soon"}),
        json!({"posture": "Reactive", "within": 1e300}),
        json!({"type": "compound", "triggers": [], "within": 1}),
        json!({"type": 5}),
        json!([]),
    ] {
        assert!(trigger(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn actions_are_read_and_written() {
    let id = "0192f0a4-8f3b-7000-8000-000000000001";
    for whole in [
        json!({"type": "do-nothing"}),
        json!({"type": "cancel-flow-run"}),
        json!({"type": "pause-work-pool", "source": "selected", "work_pool_id": id}),
        json!({"type": "resume-automation", "source": "inferred", "automation_id": null}),
        json!({"type": "run-deployment", "source": "selected", "deployment_id": id,
            "parameters": {"b": 1.5, "a": {"__prefect_kind": "jinja", "template": "{{ x }}"}}, "job_variables": null,
            "schedule_after": 5.0}),
        json!({"type": "change-flow-run-state", "name": null, "state": "FAILED", "message": "no", "force": false}),
        json!({"type": "send-notification", "block_document_id": id, "subject": "s", "body": "b"}),
        json!({"type": "call-webhook", "block_document_id": id, "payload": ""}),
    ] {
        let action: Action = serde_json::from_value(whole.clone()).unwrap();
        assert_eq!(action.kind(), whole["type"]);
        assert_eq!(serde_json::to_string(&action).unwrap(), whole.to_string());
    }
    for wrong in [
        json!({}),
        json!({"type": "explode"}),
        json!({"type": "send-notification"}),
        json!(1),
    ] {
        assert!(serde_json::from_value::<Action>(wrong).is_err());
    }
}

#[test]
fn unknown_keys_of_an_automation_are_refused() {
    let body = json!({"name": "a", "trigger": {"posture": "Reactive"}, "actions": [], "id": "x"});
    let error = serde_json::from_value::<AutomationCreate>(body).unwrap_err();
    assert!(error.to_string().contains("unknown field"), "{error}");
}
