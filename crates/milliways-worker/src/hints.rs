//! Hears of the pool's events, so that runs start and end within milliseconds. A hint carries nothing: what it means is
//! asked for, and without it only time is lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use milliways_client::Client;
use milliways_model::filter::{EventFilter, EventNameFilter, EventRelatedFilter, OneOrMany};
use milliways_model::{FlowRunId, WorkPoolId};
use tokio::sync::Notify;
use tracing::debug;

/// What may be there to be started.
const STARTS: [&str; 4] = ["Scheduled", "Late", "AwaitingRetry", "Resuming"];
/// What is to be ended.
const ENDS: [&str; 2] = ["Cancelling", "Cancelled"];
/// How long to leave a server alone that does not tell of events.
const PAUSE: Duration = Duration::from_secs(5);

/// Who is woken by what.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    /// There may be a run to start.
    pub(crate) work: Notify,
    runs: Mutex<HashMap<FlowRunId, Arc<Notify>>>,
}

/// A run that is woken by its own events, until this is dropped.
#[derive(Debug)]
pub(crate) struct Watched {
    hints: Arc<Hints>,
    run: FlowRunId,
    pub(crate) look: Arc<Notify>,
}

impl Hints {
    pub(crate) fn watch(self: &Arc<Self>, run: FlowRunId) -> Watched {
        let look = Arc::new(Notify::new());
        self.runs().insert(run, look.clone());
        Watched {
            hints: self.clone(),
            run,
            look,
        }
    }

    /// Listens for ever.
    pub(crate) async fn listen(self: Arc<Self>, client: Client, pool: WorkPoolId) {
        let filter = filter(pool);
        loop {
            if let Err(error) = self.follow(&client, &filter).await {
                debug!(%error, "no events are heard");
            }
            // What was missed is found by looking.
            self.work.notify_one();
            self.runs().values().for_each(|run| run.notify_one());
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn follow(&self, client: &Client, filter: &EventFilter) -> milliways_client::Result<()> {
        let mut events = client.follow_events(filter, false).await?;
        while let Some(received) = events.next().await? {
            let event = &received;
            let name = event.event.strip_prefix(PREFIX).unwrap_or_default();
            if STARTS.contains(&name) {
                self.work.notify_one();
            }
            let run = event.resource.id().strip_prefix(PREFIX);
            let run = run.and_then(|id| id.parse::<FlowRunId>().ok());
            if let Some(run) = run
                && let Some(look) = self.runs().get(&run)
            {
                look.notify_one();
            }
        }
        Ok(())
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<FlowRunId, Arc<Notify>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.hints.runs().remove(&self.run);
    }
}

/// Of both the events' names and the ids of their resources.
const PREFIX: &str = "prefect.flow-run.";

fn filter(pool: WorkPoolId) -> EventFilter {
    let names = STARTS.iter().chain(&ENDS);
    let event = EventNameFilter {
        name: Some(names.map(|name| format!("{PREFIX}{name}")).collect()),
        ..EventNameFilter::default()
    };
    let related = EventRelatedFilter {
        id: Some(vec![format!("prefect.work-pool.{pool}")]),
        ..EventRelatedFilter::default()
    };
    EventFilter {
        event: Some(event),
        related: Some(OneOrMany::One(related)),
        ..EventFilter::default()
    }
}
