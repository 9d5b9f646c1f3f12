//! How old an event is when a filter finds it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use milliways_benches::connection::Connection;
use milliways_model::Uuid;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// How often an event is followed.
const EVERY: Duration = Duration::from_millis(200);

/// The event that was sent last, and whether anybody still sends.
#[derive(Clone, Default)]
pub(crate) struct Probe {
    last: Arc<Mutex<(Option<(Uuid, Instant)>, bool)>>,
}

impl Probe {
    /// An event leaves.
    pub(crate) fn sent(&self, id: Uuid, at: Instant) {
        self.last.lock().unwrap().0 = Some((id, at));
    }

    fn take(&self) -> Option<(Uuid, Instant)> {
        self.last.lock().unwrap().0.take()
    }

    fn is_over(&self) -> bool {
        self.last.lock().unwrap().1
    }

    /// Nobody sends any more; gives what was seen.
    pub(crate) async fn end(&self, watch: JoinHandle<Vec<Duration>>) -> Vec<Duration> {
        self.last.lock().unwrap().1 = true;
        let seen = watch.await.unwrap();
        *self.last.lock().unwrap() = (None, false);
        seen
    }
}

/// Follows one event after the other until it is found.
pub(crate) async fn watch(address: SocketAddr, probe: Probe) -> Vec<Duration> {
    let mut connection = Connection::open(address).await;
    let mut ages = Vec::new();
    while !probe.is_over() {
        let Some((id, sent)) = probe.take() else {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        let body = json!({"filter": {"id": {"id": [id]}}, "limit": 1}).to_string();
        loop {
            let found = connection
                .request("POST", "/api/events/filter", Some(&body))
                .await;
            let found: Value = serde_json::from_slice(&found).unwrap();
            if !found["events"].as_array().unwrap().is_empty() {
                break;
            }
        }
        ages.push(sent.elapsed());
        tokio::time::sleep(EVERY).await;
    }
    ages
}
