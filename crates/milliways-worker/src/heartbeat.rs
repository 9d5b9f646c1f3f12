//! Says that the worker lives, as often as it has promised.

use std::time::Duration;

use milliways_client::Client;
use tracing::warn;

/// Never ends. The first heartbeat was sent before.
pub(crate) async fn keep(client: Client, pool: String, name: String, interval: Duration) {
    let mut failed = false;
    loop {
        tokio::time::sleep(interval).await;
        match send(&client, &pool, &name, interval).await {
            Ok(()) => failed = false,
            Err(error) => {
                // Said once for each outage.
                if !std::mem::replace(&mut failed, true) {
                    warn!(%error, "the server does not hear this worker");
                }
            }
        }
    }
}

/// One heartbeat.
pub(crate) async fn send(
    client: &Client,
    pool: &str,
    name: &str,
    interval: Duration,
) -> milliways_client::Result<()> {
    let seconds = i64::try_from(interval.as_secs().max(1)).unwrap_or(i64::MAX);
    client.worker_heartbeat(pool, name, seconds).await
}
