//! A task run that belongs to no flow: it has a journal of its own.

use serde_json::{Value, json};

use super::Step;
use crate::faults::writers::{new_id, now};

/// Its journal comes in three batches. One that was not answered is sent again as it was.
pub(super) fn of_a_task_outside_flows() -> Vec<Step> {
    let id = new_id();
    let run = format!("/task_runs/{id}");
    let state = |kind: &str, name: &str| json!({"id": new_id(), "type": kind, "name": name, "timestamp": now()});
    let task = |states: Value| json!({"task_run": {"id": id, "name": "alone {n}", "task_key": "alone", "dynamic_key": "{n}", "states": states}});
    let line = json!({"log": {"name": "test", "level": 20, "message": "by {n}", "timestamp": now(), "task_run_id": id}});
    let batch = |first: u8, records: Value| {
        let body = json!({"epoch": 1, "first_seq": first, "records": records});
        Step::post(&format!("{run}/journal"), body)
    };
    let states = format!("/task_run_states/?task_run_id={id}");
    let log = json!({"logs": {"task_run_id": {"any_": [id]}}});
    let kinds = |kinds: &[&str]| {
        let kinds = kinds.iter().map(|kind| json!({"type": kind}));
        kinds.collect::<Value>()
    };
    vec![
        batch(
            1,
            json!([task(json!([
                state("PENDING", "Pending"),
                state("RUNNING", "Running")
            ]))]),
        )
        .shows(
            &run,
            json!({"name": "alone {n}", "state_type": "RUNNING", "flow_run_id": null}),
        )
        .shows(&states, kinds(&["PENDING", "RUNNING"])),
        batch(2, json!([line])).finds("/logs/filter", log.clone(), json!([{"message": "by {n}"}])),
        batch(3, json!([task(json!([state("COMPLETED", "Completed")]))]))
            .shows(&run, json!({"state_type": "COMPLETED"}))
            .shows(&states, kinds(&["PENDING", "RUNNING", "COMPLETED"])),
        Step::delete(&run)
            .hides(&run)
            .hides(&states)
            .finds("/logs/filter", log, json!([])),
    ]
}
