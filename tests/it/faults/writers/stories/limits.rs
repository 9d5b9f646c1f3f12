//! Concurrency limits of both versions: slots taken and given back, with leases and without.

use serde_json::{Value, json};

use super::Step;

/// A limit is made, its slots are taken, renewed and given back, and it is deleted.
pub(super) fn of_a_limit() -> Vec<Step> {
    let limit = "/v2/concurrency_limits/{n}";
    let take = |path: &str, slots: i64, more: &Value, active: i64| {
        let mut body = json!({"names": ["{n}"], "slots": slots});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        Step::post(&format!("/v2/concurrency_limits/{path}"), body)
            .shows(limit, json!({"active_slots": active}))
    };
    let lease = json!({"lease_duration": 3600});
    let held = json!({"lease_id": "{_lease}"});
    vec![
        Step::post(
            "/v2/concurrency_limits/",
            json!({"name": "{n}", "limit": 5}),
        )
        .shows(
            limit,
            json!({"limit": 5, "active_slots": 0, "active": true}),
        ),
        Step::patch(limit, json!({"limit": 9}))
            .shows(limit, json!({"limit": 9, "active_slots": 0})),
        take("increment", 2, &json!({}), 2),
        take("increment-with-lease", 3, &lease, 5).keeps("{_lease}", "/lease_id"),
        take("decrement", 2, &json!({"occupancy_seconds": 1.0}), 3),
        Step::post("/v2/concurrency_limits/leases/{_lease}/renew", lease),
        Step::post("/v2/concurrency_limits/decrement-with-lease", held)
            .shows(limit, json!({"active_slots": 0})),
        take(
            "increment-with-lease",
            1,
            &json!({"lease_duration": 3600}),
            1,
        ),
        Step::delete(limit).hides(limit),
    ]
}

/// A limit of a tag: its slots belong to task runs.
pub(super) fn of_a_tag_limit() -> Vec<Step> {
    let limit = "/concurrency_limits/tag/{n}";
    let holder = |number: u8| format!("018f0000-0000-7000-8000-00000000000{number}");
    let ask = |verb: &str, number: u8, holders: Value| {
        let body = json!({"names": ["{n}"], "task_run_id": holder(number)});
        Step::post(&format!("/concurrency_limits/{verb}"), body)
            .shows(limit, json!({"active_slots": holders}))
    };
    vec![
        Step::post(
            "/concurrency_limits/",
            json!({"tag": "{n}", "concurrency_limit": 2}),
        )
        .shows(limit, json!({"concurrency_limit": 2, "active_slots": []})),
        ask("increment", 1, json!([holder(1)])),
        ask("increment", 2, json!([holder(1), holder(2)])),
        ask("decrement", 1, json!([holder(2)])),
        Step::post("/concurrency_limits/tag/{n}/reset", json!({}))
            .shows(limit, json!({"active_slots": []})),
        Step::post(
            "/concurrency_limits/",
            json!({"tag": "{n}", "concurrency_limit": 4}),
        )
        .shows(limit, json!({"concurrency_limit": 4})),
        Step::delete(limit).hides(limit),
        Step::post(
            "/concurrency_limits/",
            json!({"tag": "{n}", "concurrency_limit": 5}),
        )
        .keeps("{_id}", "/id")
        .shows(limit, json!({"concurrency_limit": 5})),
        Step::delete("/concurrency_limits/{_id}").hides(limit),
    ]
}
