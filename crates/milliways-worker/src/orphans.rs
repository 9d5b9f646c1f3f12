//! What workers that were killed have left behind. Their processes go on, since a run need not end with its worker:
//! the engine keeps its lease. But once the run has ended, by whatever word, nothing of it is needed any more.

use std::time::Duration;

use milliways_client::{Client, Error};
use milliways_model::time::{Clock, SystemClock};
use tracing::{debug, info};

use crate::supervise::{Leftover, end_leftovers, leftovers};

/// How often it is looked for them.
const ROUND: Duration = Duration::from_secs(30);
/// The same where some are known that are to be ended soon.
const SOON: Duration = Duration::from_secs(1);

/// When something is to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// Now: its run is gone, or has ended long enough ago for its processes to have heard of it.
    Over,
    /// Its run has just ended.
    Soon,
    /// Its run goes on, as far as is known.
    Later,
}

/// Ends them.
#[derive(Clone, Debug)]
pub(crate) struct Orphans {
    pub(crate) client: Client,
    /// What processes of this worker's server are started with.
    pub(crate) environment: Vec<(String, String)>,
    /// What a process has to end by itself: once its run has ended, and again between SIGTERM and SIGKILL.
    pub(crate) grace: Duration,
}

impl Orphans {
    /// Looks for them for ever.
    pub(crate) async fn keep(self) {
        loop {
            let next = match self.look().await {
                Some(Fate::Soon) => SOON,
                _ => ROUND,
            };
            tokio::time::sleep(next).await;
        }
    }

    /// Ends those whose time has come; the fate of the next ones.
    async fn look(&self) -> Option<Fate> {
        let environment = self.environment.clone();
        let looking = tokio::task::spawn_blocking(move || leftovers(&environment));
        let mut fates = Vec::new();
        for left in looking.await.unwrap_or_default() {
            fates.push((self.fate(&left).await, left));
        }
        let over = fates.iter().filter(|(fate, _)| *fate == Fate::Over);
        let over: Vec<Leftover> = over.map(|(_, left)| left.clone()).collect();
        for left in &over {
            info!(run = %left.run, "what a worker that is gone has left of an ended run is ended");
        }
        if !over.is_empty() {
            end_leftovers(&over, self.grace).await;
        }
        let rest = fates.into_iter().map(|(fate, _)| fate);
        rest.filter(|fate| *fate != Fate::Over).min()
    }

    async fn fate(&self, left: &Leftover) -> Fate {
        let run = match self.client.read_flow_run(left.run).await {
            Ok(run) => run,
            Err(Error::Status { status: 404, .. }) => return Fate::Over,
            Err(error) => {
                debug!(%error, run = %left.run, "it is not known whether the run has ended");
                return Fate::Later;
            }
        };
        let has_ended = run.state_type.is_some_and(|state| state.is_terminal());
        match run.end_time.filter(|_| has_ended) {
            None => Fate::Later,
            Some(ended) => {
                let since = SystemClock.now().seconds_since(ended);
                if since >= self.grace.as_secs_f64() {
                    Fate::Over
                } else {
                    Fate::Soon
                }
            }
        }
    }
}
