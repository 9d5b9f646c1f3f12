//! Flow runs beside their states: names, tags, labels, inputs, pauses, task runs; several at once.

use serde_json::{Value, json};

use super::Step;

/// A flow run is made, changed, given inputs, paused, taken up again, given a task run, and deleted with all of it.
pub(super) fn of_a_flow_run() -> Vec<Step> {
    let made = json!({"flow_runs": {"idempotency_key": {"any_": ["{n}"]}}});
    let run = "/flow_runs/{_run}";
    let tasks = json!({"flow_runs": {"id": {"any_": ["{_run}"]}}});
    let set = |state: Value, kind: &str| {
        Step::post("/flow_runs/{_run}/set_state", json!({"state": state}))
            .shows(run, json!({"state_type": kind}))
    };
    vec![
        Step::post("/flows/", json!({"name": "{n}"})).keeps("{_flow}", "/id"),
        Step::post(
            "/flow_runs/",
            json!({"flow_id": "{_flow}", "idempotency_key": "{n}", "parameters": {"deep": [{"x": "{n}"}]}}),
        )
        .keeps("{_run}", "/id")
        .shows(run, json!({"idempotency_key": "{n}"}))
        .finds("/flow_runs/filter", made.clone(), json!([{"parameters": {"deep": [{"x": "{n}"}]}}])),
        Step::patch(run, json!({"name": "run of {n}", "tags": ["a", "b"]}))
            .shows(run, json!({"name": "run of {n}", "tags": ["a", "b"]})),
        Step::patch("/flow_runs/{_run}/labels", json!({"team": "{n}"})).shows(run, json!({"labels": {"team": "{n}"}})),
        Step::post("/flow_runs/{_run}/input", json!({"key": "k", "value": "\"{n}\"", "sender": "test"}))
            .shows("/flow_runs/{_run}/input/k", json!("{n}")),
        Step::post("/flow_runs/{_run}/input", json!({"key": "l", "value": "2"}))
            .shows("/flow_runs/{_run}/input/l", json!(2)),
        Step::delete("/flow_runs/{_run}/input/k").hides("/flow_runs/{_run}/input/k"),
        set(json!({"type": "RUNNING"}), "RUNNING"),
        set(
            json!({"type": "PAUSED", "name": "Paused", "state_details": {"pause_timeout": "2099-01-01T00:00:00Z"}}),
            "PAUSED",
        ),
        Step::post("/flow_runs/{_run}/resume", json!({})).shows(run, json!({"state_type": "RUNNING"})),
        Step::post(
            "/task_runs/",
            json!({"flow_run_id": "{_run}", "task_key": "t", "dynamic_key": "{n}", "name": "first"}),
        )
        .keeps("{_task}", "/id")
        .shows("/task_runs/{_task}", json!({"dynamic_key": "{n}"}))
        .finds("/task_runs/filter", tasks.clone(), json!([{"name": "first", "dynamic_key": "{n}"}])),
        Step::patch("/task_runs/{_task}", json!({"name": "second"})).shows("/task_runs/{_task}", json!({"name": "second"}))
            .finds("/task_runs/filter", tasks.clone(), json!([{"name": "second"}])),
        Step::post(
            "/task_runs/",
            json!({"flow_run_id": "{_run}", "task_key": "t", "dynamic_key": "other", "name": "other"}),
        )
        .keeps("{_other}", "/id")
        .shows("/task_runs/{_other}", json!({"name": "other"}))
        .finds("/task_runs/filter", tasks.clone(), json!([{"name": "second"}, {"name": "other"}])),
        Step::delete("/task_runs/{_other}")
            .hides("/task_runs/{_other}")
            .finds("/task_runs/filter", tasks.clone(), json!([{"name": "second"}])),
        Step::delete(run)
            .hides(run)
            .finds("/flow_runs/filter", made, json!([]))
            .hides("/flow_runs/{_run}/input/l")
            .hides("/task_runs/{_task}")
            .finds("/task_runs/filter", tasks, json!([])),
    ]
}

/// Several flow runs get a state in one request, and are deleted in another.
pub(super) fn of_many_flow_runs() -> Vec<Step> {
    let three = json!({"id": {"any_": ["{_a}", "{_b}", "{_c}"]}});
    let names = ["{_a}", "{_b}", "{_c}"];
    let run = |name: &'static str| {
        Step::post(
            "/flow_runs/",
            json!({"flow_id": "{_flow}", "state": {"type": "RUNNING"}}),
        )
        .keeps(name, "/id")
        .shows(
            &format!("/flow_runs/{name}"),
            json!({"state_type": "RUNNING"}),
        )
    };
    let flow = Step::post("/flows/", json!({"name": "{n}"})).keeps("{_flow}", "/id");
    let mut steps = vec![flow.shows("/flows/{_flow}", json!({"name": "{n}"}))];
    steps.extend(names.map(run));
    let cancelled = Step::post(
        "/flow_runs/bulk_set_state",
        json!({"flow_runs": three, "state": {"type": "CANCELLED"}, "force": true}),
    );
    steps.push(names.iter().fold(cancelled.piecemeal(), |step, name| {
        step.shows(
            &format!("/flow_runs/{name}"),
            json!({"state_type": "CANCELLED"}),
        )
    }));
    let deleted = Step::post("/flow_runs/bulk_delete", json!({"flow_runs": three}));
    steps.push(names.iter().fold(deleted.piecemeal(), |step, name| {
        step.hides(&format!("/flow_runs/{name}"))
    }));
    let flows = json!({"flows": {"name": {"any_": ["{n}"]}}});
    steps.push(
        Step::post("/flows/bulk_delete", flows)
            .hides("/flows/{_flow}")
            .piecemeal(),
    );
    steps
}
