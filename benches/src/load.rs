//! Connections that each ask again as soon as they are answered, for some seconds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::connection::Connection;

/// What to ask.
pub struct Request {
    /// Such as `POST`.
    pub method: &'static str,
    /// With the leading slash.
    pub path: String,
    /// JSON.
    pub body: Option<String>,
}

/// What an operation asks for the n-th time, and none when there is nothing left to ask.
pub type Next = Arc<dyn Fn(usize) -> Option<Request> + Send + Sync>;
/// What is kept of an answer.
pub type Keep = Arc<dyn Fn(&[u8]) + Send + Sync>;

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Load {
    elapsed: Duration,
    /// Microseconds of each request, ascending.
    latencies: Vec<u32>,
    /// Requests that were refused or broken off, and asked again.
    pub refused: u64,
}

impl Load {
    /// Answers in a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of benchmarks are small")]
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// The time in milliseconds within which this part in a hundred is answered.
    pub fn percentile(&self, hundredths: usize) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let at = self.latencies.len() * hundredths / 100;
        self.latencies
            .get(at.min(last))
            .map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }
}

/// Asks on so many connections for so long.
pub async fn drive(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    next: Next,
    keep: Keep,
) -> Load {
    let number = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (next, keep, number) = (next.clone(), keep.clone(), number.clone());
        clients.spawn(async move {
            let mut connection = Connection::open(address).await;
            let mut latencies = Vec::new();
            while started.elapsed() < time {
                let Some(request) = next(number.fetch_add(1, Ordering::Relaxed)) else {
                    break;
                };
                let asked = Instant::now();
                let answer = connection
                    .request(request.method, &request.path, request.body.as_deref())
                    .await;
                latencies.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
                keep(answer);
            }
            (latencies, connection.refused)
        });
    }
    let mut load = Load::default();
    while let Some(client) = clients.join_next().await {
        let (latencies, refused) = client.unwrap();
        load.latencies.extend(latencies);
        load.refused += refused;
    }
    load.elapsed = started.elapsed();
    load.latencies.sort_unstable();
    load
}
