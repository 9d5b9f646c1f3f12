//! Batches by `POST /events`.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use milliways_benches::connection::Connection;

use crate::visible::Probe;
use crate::{Accepted, BATCH, CLIENTS, made};

/// Sends for so long, so many a second in all or as many as it can.
pub(crate) async fn send(
    address: SocketAddr,
    time: Duration,
    rate: Option<u64>,
    probe: &Probe,
) -> Accepted {
    let started = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for client in 0..CLIENTS {
        let probe = probe.clone();
        clients.spawn(async move {
            let mut connection = Connection::open(address).await;
            let (mut events, mut waits) = (0, Vec::new());
            while started.elapsed() < time {
                if let Some(rate) = rate {
                    let due = Duration::from_micros(events * CLIENTS * 1_000_000 / rate);
                    tokio::time::sleep_until((started + due).into()).await;
                }
                let made: Vec<_> = (0..BATCH)
                    .map(|number| made::event((events + number) * CLIENTS + client))
                    .collect();
                let texts: Vec<&str> = made.iter().map(|(_, text)| &**text).collect();
                let body = format!("[{}]", texts.join(","));
                let sent = Instant::now();
                if client == 0 {
                    probe.sent(made[0].0, sent);
                }
                connection.request("POST", "/api/events", Some(&body)).await;
                waits.push(sent.elapsed());
                events += BATCH;
            }
            (events, waits)
        });
    }
    Accepted::of(clients, started).await
}
