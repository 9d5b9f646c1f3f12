//! How fast old events are deleted, and what those wait for it who write meanwhile.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use milliways_benches::connection::Connection;
use milliways_benches::server::{Kind, Place, Server, milliways};
use serde_json::{Value, json};

use crate::{millis, percentile};

/// Deletes all events.
#[expect(clippy::cast_precision_loss, reason = "counts of benchmarks are small")]
pub(crate) async fn measure(place: &Place) {
    // How many there are is asked of a server that keeps them.
    let server = Server::start(Kind::Milliways, &milliways(), place, &[]).await;
    let before = total(&mut Connection::open(server.address).await).await;
    let alone = make_runs(server.address, &Arc::default(), Duration::from_secs(3)).await;
    drop(server);
    let variables = [
        ("PREFECT_SERVER_EVENTS_RETENTION_PERIOD", "1s"),
        ("PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS", "1s"),
    ];
    let started = Instant::now();
    let server = Server::start(Kind::Milliways, &milliways(), place, &variables).await;
    let address = server.address;
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    let makes = tokio::spawn(async move { make_runs(address, &over, Duration::MAX).await });
    let mut connection = Connection::open(address).await;
    let left = loop {
        let left = total(&mut connection).await;
        // Those of the runs that are made meanwhile are kept with them.
        if left < before / 100 || started.elapsed() > Duration::from_mins(5) {
            break left;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let elapsed = started.elapsed();
    is_over.store(true, Ordering::Relaxed);
    let meanwhile = makes.await.unwrap();
    println!(
        "  retention: {} of {before} events deleted in {:.1} s, {:.0}/s   a flow run is made in {:.1} / {:.1} ms (p50 / p99) meanwhile, else in {:.1} / {:.1}",
        before - left,
        elapsed.as_secs_f64(),
        (before - left) as f64 / elapsed.as_secs_f64(),
        millis(percentile(&meanwhile, 50)),
        millis(percentile(&meanwhile, 99)),
        millis(percentile(&alone, 50)),
        millis(percentile(&alone, 99)),
    );
}

/// All events that are no states of runs.
async fn total(connection: &mut Connection) -> u64 {
    let filter =
        json!({"filter": {"event": {"name": ["order.placed", "order.shipped"]}}, "limit": 1});
    let found = connection
        .request("POST", "/api/events/filter", Some(&filter.to_string()))
        .await;
    let found: Value = serde_json::from_slice(found).unwrap();
    found["total"].as_u64().unwrap()
}

/// One flow run after the other; gives what each took, ascending.
async fn make_runs(
    address: SocketAddr,
    is_over: &Arc<AtomicBool>,
    time: Duration,
) -> Vec<Duration> {
    let mut connection = Connection::open(address).await;
    let flow = connection
        .request("POST", "/api/flows/", Some(r#"{"name": "meanwhile"}"#))
        .await;
    let flow: Value = serde_json::from_slice(flow).unwrap();
    let body = json!({"flow_id": flow["id"]}).to_string();
    let (started, mut waits) = (Instant::now(), Vec::new());
    while !is_over.load(Ordering::Relaxed) && started.elapsed() < time {
        let asked = Instant::now();
        connection
            .request("POST", "/api/flow_runs/", Some(&body))
            .await;
        waits.push(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    waits.sort_unstable();
    waits
}
