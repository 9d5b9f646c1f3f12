//! Work pools, their queues and workers.

use serde_json::json;

use super::{SOMETHING, Step};

const POOL: &str = "/work_pools/{n}";
const DEFAULT: &str = "/work_pools/{n}/queues/default";
const QUEUE: &str = "/work_pools/{n}/queues/q";

/// A pool is made and changed, gets a queue and a worker, and loses all of it.
pub(super) fn of_a_pool() -> Vec<Step> {
    let worker = json!({"name": "w", "heartbeat_interval_seconds": 3600});
    let workers = "/work_pools/{n}/workers/filter";
    vec![
        Step::post(
            "/work_pools/",
            json!({"name": "{n}", "type": "process", "description": "of {n}"}),
        )
        .shows(POOL, json!({"description": "of {n}", "is_paused": false}))
        .shows(DEFAULT, json!({"name": "default", "priority": 1})),
        Step::patch(POOL, json!({"concurrency_limit": 7, "is_paused": true})).shows(
            POOL,
            json!({"concurrency_limit": 7, "is_paused": true, "status": "PAUSED"}),
        ),
        Step::post(
            "/work_pools/{n}/queues",
            json!({"name": "q", "priority": 1}),
        )
        .shows(QUEUE, json!({"priority": 1, "concurrency_limit": null}))
        .shows(DEFAULT, json!({"priority": 2})),
        Step::patch(QUEUE, json!({"concurrency_limit": 3, "is_paused": true})).shows(
            QUEUE,
            json!({"priority": 1, "concurrency_limit": 3, "is_paused": true}),
        ),
        Step::patch(DEFAULT, json!({"priority": 1}))
            .shows(QUEUE, json!({"priority": 2}))
            .shows(DEFAULT, json!({"priority": 1})),
        Step::post("/work_pools/{n}/workers/heartbeat", worker).finds(
            workers,
            json!({}),
            json!([{"name": "w", "heartbeat_interval_seconds": 3600}]),
        ),
        Step::delete("/work_pools/{n}/workers/w").finds(workers, json!({}), json!([])),
        Step::delete(QUEUE)
            .hides(QUEUE)
            .shows(DEFAULT, json!({"priority": 1})),
        Step::delete(POOL)
            .hides(POOL)
            .hides(DEFAULT)
            .finds(workers, json!({}), json!([])),
    ]
}

/// A queue that names no pool is made in the pool of agents, changed and deleted.
pub(super) fn of_a_queue_of_agents() -> Vec<Step> {
    let queue = "/work_queues/name/{n}";
    vec![
        Step::post(
            "/work_queues/",
            json!({"name": "{n}", "description": "one"}),
        )
        .keeps("{_id}", "/id")
        .shows(
            queue,
            json!({"description": "one", "work_pool_name": "default-agent-pool"}),
        ),
        Step::patch(
            "/work_queues/{_id}",
            json!({"description": "two", "is_paused": true}),
        )
        .shows(queue, json!({"description": "two", "is_paused": true})),
        Step::post("/work_queues/{_id}/get_runs", json!({}))
            .shows(queue, json!({"last_polled": SOMETHING})),
        Step::delete("/work_queues/{_id}").hides(queue),
    ]
}
