//! Which flow runs of this process the server has cancelled: learnt by the sender from what it is answered, heard by
//! whoever calls the flows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use milliways_model::FlowRunId;
use tokio::sync::watch;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Cancels(Mutex<HashMap<FlowRunId, watch::Sender<bool>>>);

/// One run's wish to be told, until it is dropped.
#[derive(Debug)]
pub(crate) struct Hearer {
    link: Arc<crate::session::Link>,
    run: FlowRunId,
    cancelled: watch::Receiver<bool>,
}

impl Cancels {
    /// The server has said so.
    pub(crate) fn tell(&self, run: FlowRunId) {
        if let Some(tell) = self.runs().get(&run) {
            tell.send_if_modified(|known| !std::mem::replace(known, true));
        }
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<FlowRunId, watch::Sender<bool>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hearer {
    pub(crate) fn new(link: Arc<crate::session::Link>, run: FlowRunId) -> Self {
        let mut runs = link.cancels.runs();
        let tell = runs.entry(run).or_insert_with(|| watch::Sender::new(false));
        let cancelled = tell.subscribe();
        drop(runs);
        Self {
            link,
            run,
            cancelled,
        }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Ends once the run is cancelled.
    pub(crate) async fn wait(&self) {
        let mut cancelled = self.cancelled.clone();
        if cancelled
            .wait_for(|is_cancelled| *is_cancelled)
            .await
            .is_err()
        {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Hearer {
    fn drop(&mut self) {
        let mut runs = self.link.cancels.runs();
        // An attempt after this one may listen already.
        let is_last = runs
            .get(&self.run)
            .is_some_and(|tell| tell.receiver_count() <= 1);
        if is_last {
            runs.remove(&self.run);
        }
    }
}
