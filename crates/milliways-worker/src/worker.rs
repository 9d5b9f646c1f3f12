//! The worker as a whole: it polls, has as many runs under way as it may, and ends in good order.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use milliways_client::{Client, ScheduledRunsQuery};
use milliways_model::time::{Clock, SystemClock};
use milliways_model::{FlowRun, FlowRunId};
use tokio::task::JoinSet;
use tracing::warn;

use crate::errand::Shop;
use crate::health::{self, Pulse};
use crate::hints::Hints;
use crate::orphans::Orphans;
use crate::stop::{Stop, Stopper, Wish};
use crate::supervise::Nursery;
use crate::{Options, Result, heartbeat, pool};

/// Two looks are at least so far apart, however many hints there are.
const SHORTEST: Duration = Duration::from_millis(50);
/// The most runs of one look; what servers give at once.
const MOST: usize = 200;

/// A worker that is known to its server.
#[derive(Debug)]
pub struct Worker {
    shop: Arc<Shop>,
    pulse: Pulse,
    stopper: Stopper,
    stop: Stop,
    health: Option<SocketAddr>,
    background: JoinSet<()>,
}

/// What a worker has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs that it has claimed and brought to their end.
    pub served: usize,
}

/// The runs that are under way.
#[derive(Default)]
struct Runs {
    tasks: JoinSet<(FlowRunId, bool)>,
    ids: HashSet<FlowRunId>,
    tally: Tally,
}

impl Worker {
    /// Finds or makes the pool, and says for the first time that the worker lives. `engine`: where processes leave what
    /// they could not send.
    ///
    /// # Errors
    /// When the server can't be reached, or the pool is not there or not one for this worker.
    pub async fn start(
        client: Client,
        engine: milliways_engine::Config,
        options: Options,
    ) -> Result<Self> {
        let found = pool::find_or_make(&client, &options).await?;
        heartbeat::send(&client, &options.pool, &options.name, options.heartbeat).await?;
        let pulse = Pulse::new(options.query);
        let mut background = JoinSet::new();
        let mut listening = None;
        if let Some(address) = options.health {
            let (listener, address) = health::listen(address).await?;
            background.spawn(health::answer(listener, pulse.clone()));
            listening = Some(address);
        }
        let hints = Arc::new(Hints::default());
        background.spawn(hints.clone().listen(client.clone(), found.id));
        background.spawn(heartbeat::keep(
            client.clone(),
            options.pool.clone(),
            options.name.clone(),
            options.heartbeat,
        ));
        let orphans = Orphans {
            client: client.clone(),
            environment: options.launch.environment.clone(),
            grace: options.grace,
        };
        background.spawn(orphans.keep());
        let nursery = Nursery::found();
        background.spawn(nursery.clone().keep());
        let (stopper, stop) = Stopper::new();
        Ok(Self {
            shop: Arc::new(Shop {
                client,
                engine,
                options,
                nursery,
                hints,
            }),
            pulse,
            stopper,
            stop,
            health: listening,
            background,
        })
    }

    /// What ends it.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Where it answers health checks.
    pub const fn health_address(&self) -> Option<SocketAddr> {
        self.health
    }

    /// Takes runs until it is told to end, or once; then those that are under way go on to their end.
    pub async fn run(mut self) -> Tally {
        let mut runs = Runs::default();
        let is_once = self.shop.options.run_once;
        while self.stop.wish() == Wish::GoOn {
            self.look(&mut runs).await;
            if is_once {
                break;
            }
            self.rest(&mut runs).await;
        }
        self.drain(&mut runs).await;
        self.background.shutdown().await;
        runs.tally
    }

    /// Asks for runs, as many as there is room for, and begins with them.
    async fn look(&mut self, runs: &mut Runs) {
        let room = self.room(runs);
        if room == 0 {
            return self.pulse.beat();
        }
        let options = &self.shop.options;
        let query = ScheduledRunsQuery {
            queues: options.queues.clone(),
            before: Some(
                SystemClock
                    .now()
                    .plus_seconds(options.prefetch.as_secs_f64()),
            ),
            limit: Some(room.min(MOST)),
        };
        let asking = self.shop.client.scheduled_flow_runs(&options.pool, &query);
        let found = tokio::select! {
            found = asking => found,
            () = self.stop.until(Wish::Drain) => return,
        };
        match found {
            Ok(found) => {
                self.pulse.beat();
                for handed in found.into_iter().take(room) {
                    self.begin(handed.flow_run, runs);
                }
            }
            Err(error) => warn!(%error, "the server can't be asked for runs"),
        }
    }

    fn begin(&self, run: FlowRun, runs: &mut Runs) {
        // Its last attempt may be ending here still.
        if !runs.ids.insert(run.id) {
            return;
        }
        let (shop, hears) = (self.shop.clone(), self.stop.clone());
        runs.tasks.spawn(async move {
            let id = run.id;
            (id, shop.serve(run, hears).await)
        });
    }

    /// Waits until it is worth another look.
    async fn rest(&mut self, runs: &mut Runs) {
        let began = tokio::time::Instant::now();
        let query = self.shop.options.query;
        let is_full = self.room(runs) == 0;
        tokio::select! {
            () = tokio::time::sleep(query) => {}
            () = self.shop.hints.work.notified(), if !is_full => {}
            () = runs.next_end(), if !runs.tasks.is_empty() => {}
            () = self.stop.until(Wish::Drain) => return,
        }
        tokio::time::sleep_until(began + SHORTEST.min(query)).await;
    }

    fn room(&self, runs: &Runs) -> usize {
        let limit = self.shop.options.limit;
        limit.map_or(MOST, |limit| limit.get().saturating_sub(runs.ids.len()))
    }

    /// Waits for what is under way, as long as that may take.
    async fn drain(&mut self, runs: &mut Runs) {
        let drain = self.shop.options.drain;
        let mut deadline = std::pin::pin!(async {
            match drain {
                Some(longest) => tokio::time::sleep(longest).await,
                None => std::future::pending().await,
            }
        });
        while !runs.tasks.is_empty() {
            // One look at a pool has all the time that its runs take.
            let is_asked = self.stop.wish() == Wish::Drain;
            tokio::select! {
                () = runs.next_end() => {}
                () = &mut deadline, if is_asked => {
                    self.stopper.wish(Wish::End);
                }
                () = self.stop.until(Wish::Drain), if self.stop.wish() == Wish::GoOn => {}
            }
        }
    }
}

impl Runs {
    /// Waits for one of them. Without any, for ever.
    async fn next_end(&mut self) {
        match self.tasks.join_next().await {
            Some(Ok((id, is_ours))) => {
                self.ids.remove(&id);
                self.tally.served += usize::from(is_ours);
            }
            Some(Err(error)) => warn!(%error, "a run was lost sight of"),
            None => std::future::pending().await,
        }
    }
}
