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

/// What senders and the watcher tell each other.
#[derive(Clone, Default)]
pub(crate) struct Probe {
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    /// The event that was sent last, and when.
    last: Option<(Uuid, Instant)>,
    /// Whether nobody sends any more.
    is_over: bool,
}

impl Probe {
    /// An event leaves.
    pub(crate) fn sent(&self, id: Uuid, at: Instant) {
        self.told.lock().unwrap().last = Some((id, at));
    }

    fn take(&self) -> Option<(Uuid, Instant)> {
        self.told.lock().unwrap().last.take()
    }

    fn is_over(&self) -> bool {
        self.told.lock().unwrap().is_over
    }

    /// Nobody sends any more; gives what was seen.
    pub(crate) async fn end(&self, watch: JoinHandle<Vec<Duration>>) -> Vec<Duration> {
        self.told.lock().unwrap().is_over = true;
        let seen = watch.await.unwrap();
        *self.told.lock().unwrap() = Told::default();
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
            let found: Value = serde_json::from_slice(found).unwrap();
            if !found["events"].as_array().unwrap().is_empty() {
                break;
            }
        }
        ages.push(sent.elapsed());
        tokio::time::sleep(EVERY).await;
    }
    ages
}
