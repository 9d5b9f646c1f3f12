//! What runs belong to: flows, deployments, a pool with queues and workers. They are made through the API.

use std::net::SocketAddr;

use milliways_benches::connection::Connection;
use serde_json::{Value, json};

/// How many flows there are.
const FLOWS: usize = 100;
/// How many deployments, each of a flow of its own.
const DEPLOYMENTS: usize = 60;
/// The name of the pool.
pub(crate) const POOL: &str = "bench";

/// Ids of what runs belong to.
pub(crate) struct Objects {
    pub(crate) flows: Vec<String>,
    /// Each with its flow.
    pub(crate) deployments: Vec<(String, String)>,
    pub(crate) queue: String,
    /// A run that has ended, the newest one.
    pub(crate) run: Option<String>,
}

/// Makes them.
pub(crate) async fn create(address: SocketAddr) {
    let pool = json!({"name": POOL, "type": "process"});
    post(address, "/api/work_pools/", &pool).await;
    for queue in ["high", "low"] {
        let path = format!("/api/work_pools/{POOL}/queues");
        post(address, &path, &json!({"name": queue})).await;
    }
    for worker in 0..10 {
        let path = format!("/api/work_pools/{POOL}/workers/heartbeat");
        post(address, &path, &json!({"name": format!("worker-{worker}")})).await;
    }
    for number in 0..FLOWS {
        let body = json!({"name": format!("flow-{number:03}"), "tags": ["bench"]});
        let flow = post(address, "/api/flows/", &body).await;
        if number < DEPLOYMENTS {
            let body = json!({"name": "nightly", "flow_id": flow["id"], "work_pool_name": POOL, "tags": ["bench"]});
            post(address, "/api/deployments/", &body).await;
        }
    }
}

/// All flows.
pub(crate) async fn flows(address: SocketAddr) -> Vec<String> {
    let found = post(
        address,
        "/api/flows/filter",
        &json!({"limit": 200, "sort": "NAME_ASC"}),
    )
    .await;
    ids(&found)
}

impl Objects {
    pub(crate) async fn read(address: SocketAddr) -> Self {
        let deployments = post(address, "/api/deployments/filter", &json!({"limit": 200})).await;
        let queues = format!("/api/work_pools/{POOL}/queues/filter");
        let runs = json!({"limit": 1, "sort": "END_TIME_DESC"});
        let runs = post(address, "/api/flow_runs/filter", &runs).await;
        Self {
            flows: flows(address).await,
            deployments: deployments
                .as_array()
                .unwrap()
                .iter()
                .map(|one| (text(&one["id"]), text(&one["flow_id"])))
                .collect(),
            queue: text(&post(address, &queues, &json!({})).await[0]["id"]),
            run: ids(&runs).pop(),
        }
    }
}

fn ids(found: &Value) -> Vec<String> {
    let found = found.as_array().unwrap();
    found.iter().map(|one| text(&one["id"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn post(address: SocketAddr, path: &str, body: &Value) -> Value {
    let mut connection = Connection::open(address).await;
    let answer = connection
        .request("POST", path, Some(&body.to_string()))
        .await;
    serde_json::from_slice(answer).unwrap_or_default()
}
