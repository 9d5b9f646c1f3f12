//! `/work_pools`, as workers use it.

use hyper::Method;
use milliways_model::Timestamp;
use milliways_model::work_pool::{WorkPool, WorkPoolCreate};
use milliways_model::work_queue::WorkerFlowRunResponse;
use serde::Serialize;
use serde_json::json;

use crate::request::escaped;
use crate::{Client, Error, Request, Result};

/// Which runs a worker asks for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScheduledRunsQuery {
    /// Of these queues only; of all where there are none.
    #[serde(rename = "work_queue_names", skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<String>,
    /// Due before then.
    #[serde(rename = "scheduled_before", skip_serializing_if = "Option::is_none")]
    pub before: Option<Timestamp>,
    /// How many at most; the server's limit where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

impl Client {
    /// A work pool; `None` where there is none of that name.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn work_pool(&self, name: &str) -> Result<Option<WorkPool>> {
        match self.get(format!("/work_pools/{}", escaped(name))).await {
            Err(Error::Status { status: 404, .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Makes a work pool.
    ///
    /// # Errors
    /// When the request fails: 409 where there is one of that name.
    pub async fn create_work_pool(&self, pool: &WorkPoolCreate) -> Result<WorkPool> {
        self.post("/work_pools/", pool).await
    }

    /// The runs of a pool that a worker is to start, best first.
    ///
    /// # Errors
    /// When the request fails, or there is no such pool.
    pub async fn scheduled_flow_runs(
        &self,
        pool: &str,
        query: &ScheduledRunsQuery,
    ) -> Result<Vec<WorkerFlowRunResponse>> {
        let path = format!("/work_pools/{}/get_scheduled_flow_runs", escaped(pool));
        self.query(&path, query).await
    }

    /// Says that a worker lives, and every how many seconds it says so.
    ///
    /// # Errors
    /// When the request fails, or there is no such pool.
    pub async fn worker_heartbeat(&self, pool: &str, worker: &str, seconds: i64) -> Result<()> {
        let path = format!("/work_pools/{}/workers/heartbeat", escaped(pool));
        let body = json!({"name": worker, "heartbeat_interval_seconds": seconds});
        self.tell(Request::new(Method::POST, path).json(&body)?.repeatable())
            .await
    }
}
