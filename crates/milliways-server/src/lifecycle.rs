//! The life of a running server: what is under way, when it was last asked something, when it has to end.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

/// What is under way, and whether the server is closing.
pub(crate) struct Lifecycle {
    started: Instant,
    closing: watch::Sender<bool>,
    stop: Notify,
    busy: AtomicUsize,
    /// Milliseconds after `started` at which something last ended.
    last: AtomicU64,
}

impl Lifecycle {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            closing: watch::Sender::new(false),
            stop: Notify::new(),
            busy: AtomicUsize::new(0),
            last: AtomicU64::new(0),
        }
    }

    /// Marks something as under way until the guard is dropped.
    pub(crate) fn begin(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self)
    }

    /// How many requests and sockets are under way.
    pub(crate) fn under_way(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }

    /// For how long nothing has been under way.
    pub(crate) fn idle_for(&self) -> Duration {
        if self.under_way() > 0 {
            return Duration::ZERO;
        }
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(last)
    }

    /// Seconds since the server started.
    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Asks the server to end, as a signal would.
    pub(crate) fn request_stop(&self) {
        self.stop.notify_one();
    }

    /// Resolves once [`Lifecycle::request_stop`] was called.
    pub(crate) async fn stop_requested(&self) {
        self.stop.notified().await;
    }

    /// Tells connections and sockets to end.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Tells when the server closes.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }
}

/// Something is under way.
pub(crate) struct Busy<'a>(&'a Lifecycle);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let now = u64::try_from(self.0.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last.store(now, Ordering::Relaxed);
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Resolves when `closing` says so, or its server is gone.
pub(crate) async fn closed(closing: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, and the server with it.
    let _ = closing.wait_for(|closing| *closing).await;
}
