//! Runs services: each on a task of its own, at its interval, until the server stops.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::{Report, Service};

/// The tasks of running services.
pub(crate) struct Supervisor {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Supervisor {
    pub(crate) fn new() -> Self {
        Self {
            tasks: JoinSet::new(),
            stop: watch::Sender::new(false),
        }
    }

    /// Starts a service; its first tick comes at once.
    pub(crate) fn spawn<S: Service>(&mut self, service: S, interval: Duration) {
        let stop = self.stop.subscribe();
        self.tasks
            .spawn(run(service, interval.max(Duration::from_millis(100)), stop));
    }

    pub(crate) async fn stop(mut self) {
        // Nobody listens where no service runs.
        let _ = self.stop.send(true);
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a service did not end well");
            }
        }
    }
}

async fn run<S: Service>(mut service: S, interval: Duration, mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            _ = ticks.tick() => {}
        }
        loop {
            let report = service.tick().await.unwrap_or_else(|error| {
                tracing::warn!(service = S::NAME, %error, "a service's tick failed");
                Report::default()
            });
            if report.changed > 0 {
                tracing::debug!(
                    service = S::NAME,
                    changed = report.changed,
                    "a service mended something"
                );
            }
            if !report.more || *stop.borrow() {
                break;
            }
        }
    }
}
