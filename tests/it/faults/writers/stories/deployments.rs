//! Deployments, their schedules and runs; work that goes through a pool, limits and all.

use serde_json::{Value, json};

use super::{SOMETHING, Step};

const DEPLOYMENT: &str = "/deployments/name/{n}/d";

/// A deployment is made, changed, scheduled, paused, run, made anew and deleted.
pub(super) fn of_a_deployment() -> Vec<Step> {
    let runs =
        |key: &str| json!({"flow_runs": {"idempotency_key": {"any_": [format!("{{n}}-{key}")]}}});
    let run = |key: &str, x: i64| json!({"parameters": {"x": x}, "idempotency_key": format!("{{n}}-{key}")});
    let interval = json!({"schedule": {"interval": 3600.0}, "active": true});
    let cron = json!({"schedule": {"cron": "0 3 * * *"}, "slug": "nightly", "active": true});
    // How many they are is the scheduler's business, which looks by itself, too.
    let ahead = json!({"deployments": {"id": {"any_": ["{_id}"]}}, "flow_runs": {"tags": {"all_": ["auto-scheduled"]}}});
    let stopped = json!({"schedule": {"interval": 3600.0}, "active": false});
    vec![
        Step::post("/flows/", json!({"name": "{n}"}))
            .keeps("{_flow}", "/id")
            .shows("/flows/name/{n}", json!({"name": "{n}", "tags": []})),
        Step::post(
            "/deployments/",
            json!({"name": "d", "flow_id": "{_flow}", "version": "1", "tags": ["a"], "parameters": {"x": 1},
                "schedules": [interval]}),
        )
        .keeps("{_id}", "/id")
        .keeps("{_schedule}", "/schedules/0/id")
        .shows(
            DEPLOYMENT,
            json!({"version": "1", "tags": ["a"], "parameters": {"x": 1}, "paused": false, "schedules": [interval]}),
        ),
        Step::patch("/deployments/{_id}", json!({"description": "of {n}", "parameters": {"x": 2}}))
            .shows(DEPLOYMENT, json!({"description": "of {n}", "parameters": {"x": 2}, "version": "1"})),
        Step::post("/deployments/{_id}/schedules", json!([cron])).shows(DEPLOYMENT, json!({"schedules": [interval, cron]})),
        Step::patch("/deployments/{_id}/schedules/{_schedule}", json!({"active": false}))
            .shows(DEPLOYMENT, json!({"schedules": [stopped, cron]})),
        Step::delete("/deployments/{_id}/schedules/{_schedule}").shows(DEPLOYMENT, json!({"schedules": [cron]})),
        Step::post("/deployments/{_id}/pause_deployment", json!({})).shows(DEPLOYMENT, json!({"paused": true})),
        Step::post("/deployments/{_id}/resume_deployment", json!({})).shows(DEPLOYMENT, json!({"paused": false})),
        Step::post("/deployments/{_id}/create_flow_run", run("1", 3)).finds(
            "/flow_runs/filter",
            runs("1"),
            json!([{"parameters": {"x": 3}, "deployment_id": "{_id}"}]),
        ),
        Step::post("/deployments/{_id}/create_flow_run/bulk", json!([run("2", 4), run("3", 5)]))
            .finds("/flow_runs/filter", runs("2"), json!([{"parameters": {"x": 4}}]))
            .finds("/flow_runs/filter", runs("3"), json!([{"parameters": {"x": 5}}]))
            .piecemeal(),
        Step::post("/deployments/{_id}/schedule", json!({"min_runs": 3, "max_runs": 5}))
            .finds("/flow_runs/filter", ahead.clone(), json!(SOMETHING)),
        Step::post("/deployments/get_scheduled_flow_runs", json!({"deployment_ids": ["{_id}"], "limit": 1}))
            .shows(DEPLOYMENT, json!({"last_polled": SOMETHING})),
        Step::post("/deployments/", json!({"name": "d", "flow_id": "{_flow}", "version": "2"}))
            .shows(DEPLOYMENT, json!({"version": "2", "schedules": [], "parameters": {}}))
            .finds("/flow_runs/filter", ahead, json!([])),
        Step::patch("/flows/{_flow}", json!({"tags": ["b"]})).shows("/flows/name/{n}", json!({"tags": ["b"]})),
        ["1", "2", "3"].iter().fold(Step::delete("/deployments/{_id}").hides(DEPLOYMENT), |step, key| {
            // What waits for its time goes with the deployment.
            step.finds("/flow_runs/filter", runs(key), json!([]))
        }),
        Step::delete("/flows/{_flow}").hides("/flows/name/{n}"),
    ]
}

/// A run of a deployment goes through its pool: handed out, claimed, run, ended; with a slot of the deployment's and
/// one of a tag for its task.
pub(super) fn of_work_that_is_handed_out() -> Vec<Step> {
    let deployment =
        json!({"name": "d", "flow_id": "{_flow}", "work_pool_name": "{n}", "concurrency_limit": 1});
    let run = "/flow_runs/{_run}";
    let state = |kind: &str| json!({"state": {"type": kind}});
    let set = |kind: &str| {
        Step::post("/flow_runs/{_run}/set_state", state(kind))
            .shows(run, json!({"state_type": kind}))
    };
    let task = |kind: &str, holders: Value| {
        Step::post("/task_runs/{_task}/set_state", state(kind))
            .shows("/task_runs/{_task}", json!({"state_type": kind}))
            .shows(
                "/concurrency_limits/tag/{n}",
                json!({"active_slots": holders}),
            )
    };
    vec![
        Step::post("/work_pools/", json!({"name": "{n}", "type": "process", "concurrency_limit": 2}))
            .shows("/work_pools/{n}", json!({"concurrency_limit": 2}))
            .shows("/work_pools/{n}/queues/default", json!({"last_polled": null})),
        Step::post("/flows/", json!({"name": "{n}"})).keeps("{_flow}", "/id"),
        Step::post("/concurrency_limits/", json!({"tag": "{n}", "concurrency_limit": 1}))
            .shows("/concurrency_limits/tag/{n}", json!({"concurrency_limit": 1, "active_slots": []})),
        Step::post("/deployments/", deployment).keeps("{_id}", "/id").shows(
            DEPLOYMENT,
            json!({"work_pool_name": "{n}", "work_queue_name": "default", "global_concurrency_limit": {"limit": 1}}),
        ),
        Step::post("/deployments/{_id}/create_flow_run", json!({"state": {"type": "SCHEDULED"}}))
            .keeps("{_run}", "/id")
            .shows(run, json!({"work_pool_name": "{n}", "deployment_id": "{_id}"})),
        Step::post("/deployments/{_id}/create_flow_run", json!({"state": {"type": "SCHEDULED"}}))
            .keeps("{_other}", "/id")
            .shows("/flow_runs/{_other}", json!({"work_pool_name": "{n}"})),
        Step::post("/work_pools/{n}/get_scheduled_flow_runs", json!({}))
            .shows("/work_pools/{n}/queues/default", json!({"last_polled": SOMETHING})),
        Step::delete("/flow_runs/{_other}").hides("/flow_runs/{_other}"),
        set("PENDING"),
        Step::post("/flow_runs/{_run}/attempts", json!({})),
        set("RUNNING"),
        Step::post(
            "/task_runs/",
            json!({"flow_run_id": "{_run}", "task_key": "t", "dynamic_key": "1", "name": "t-1", "tags": ["{n}"],
                "state": {"type": "PENDING"}}),
        )
        .keeps("{_task}", "/id")
        .shows("/task_runs/{_task}", json!({"state_type": "PENDING", "tags": ["{n}"]})),
        task("RUNNING", json!(["{_task}"])),
        task("COMPLETED", json!([])),
        set("COMPLETED"),
        Step::delete("/concurrency_limits/tag/{n}").hides("/concurrency_limits/tag/{n}"),
        Step::delete("/work_pools/{n}")
            .hides("/work_pools/{n}")
            .hides("/work_pools/{n}/queues/default")
            .shows(DEPLOYMENT, json!({"work_pool_name": null, "work_queue_name": null})).shows(run, json!({"work_pool_name": null})),
        Step::post("/deployments/bulk_delete", json!({"deployments": {"id": {"any_": ["{_id}"]}}})).hides(DEPLOYMENT),
    ]
}
