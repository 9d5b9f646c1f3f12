//! The lease of one run: renewed beside the run's process, which has nothing to do with it.

use std::sync::Arc;
use std::time::Duration;

use milliways_client::{Client, Error};
use milliways_model::FlowRunId;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tracing::debug;

/// A third of what a lease lasts, so that two renewals may be lost.
const INTERVAL: Duration = Duration::from_secs(10);

/// However short it is asked for: a renewal is a write.
const SHORTEST: Duration = Duration::from_millis(100);

/// How the claim stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The run is ours.
    #[default]
    Held,
    /// The run is ours, and somebody has asked for its end.
    Cancelled,
    /// Somebody else has claimed the run, or it was deleted: nothing of it may be written any more.
    Lost,
}

/// Renews until it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(crate) epoch: i64,
    standing: watch::Receiver<Standing>,
    task: JoinHandle<()>,
}

impl Lease {
    /// `longest`: the time between two renewals, where it is less than usual. `look`: wakes it before its time.
    pub(crate) fn keep(
        client: Client,
        run: FlowRunId,
        epoch: i64,
        longest: Duration,
        look: Arc<Notify>,
    ) -> Self {
        let interval = interval(longest);
        let (tell, standing) = watch::channel(Standing::Held);
        let task = tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(interval) => {}
                    () = look.notified() => {}
                }
                let now = match client.renew_attempt(run, epoch).await {
                    Ok(ack) if ack.cancel => Standing::Cancelled,
                    Ok(_) => Standing::Held,
                    Err(Error::Status {
                        status: 404 | 409, ..
                    }) => Standing::Lost,
                    // Away: after an outage every lease has its whole length again.
                    Err(error) => {
                        debug!(%error, %run, "the lease was not renewed");
                        continue;
                    }
                };
                tell.send_if_modified(|known| std::mem::replace(known, now) != now);
            }
        });
        Self {
            epoch,
            standing,
            task,
        }
    }

    /// Ends when the run is to end, with why.
    pub(crate) async fn is_over(&mut self) -> Standing {
        let over = self.standing.wait_for(|now| *now != Standing::Held).await;
        match over.map(|standing| *standing) {
            Ok(standing) => standing,
            Err(_) => std::future::pending().await,
        }
    }
}

/// The time between two renewals where nobody wants to wait longer than that to hear of a cancel.
fn interval(longest: Duration) -> Duration {
    longest.clamp(SHORTEST, INTERVAL)
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{INTERVAL, SHORTEST, interval};

    #[test]
    fn a_lease_is_renewed_in_time_however_seldom_a_cancel_is_looked_for() {
        assert_eq!(interval(Duration::from_mins(2)), INTERVAL);
        assert_eq!(interval(Duration::from_secs(3)), Duration::from_secs(3));
        assert_eq!(interval(Duration::ZERO), SHORTEST);
    }
}
