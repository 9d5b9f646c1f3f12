//! `/task_runs/subscriptions/scheduled`: background task runs, one after another, for a worker that runs them.
//!
//! One that was sent is the worker's as soon as it says so. Until then the queue's row is only claimed by this
//! connection: if it breaks, or the server dies, the run is offered to somebody else.

use std::time::Duration;

use axum::response::Response;
use milliways_model::ids::uuid7_now;
use milliways_model::{TaskRun, Uuid};
use milliways_storage::Scope;
use serde_json::Value;
use tokio::time::Instant;

use super::handshake::Handshake;
use super::socket::{Close, Incoming, Socket};
use crate::extract::Workspace;
use crate::json::scan;
use crate::lifecycle::closed;

/// How often it is looked for what another server has queued, or has lost.
const LOOK: Duration = Duration::from_secs(1);
/// How often a connection says that it lives. What it holds is lost some time after that.
const KEEP: Duration = Duration::from_secs(10);
/// The most tasks that a connection serves.
const MOST_KEYS: usize = 1_000;
/// The longest name of a task or a worker, in bytes.
const NAME: usize = 4_096;

/// Opens the socket.
pub(crate) async fn scheduled_task_runs(
    Workspace(scope): Workspace,
    handshake: Handshake,
) -> Response {
    handshake.open(async move |mut socket| {
        let close = match Worker::subscribe(&mut socket, scope).await {
            Ok(worker) => {
                let close = worker.serve(&mut socket).await.err();
                // What is left of it ends by itself when the store is away.
                let _ = worker.scope.forget_task_worker(worker.connection).await;
                close.unwrap_or_else(Close::normal)
            }
            Err(close) => close,
        };
        socket.close(close).await;
    })
}

/// A worker that is connected.
struct Worker {
    scope: Scope,
    connection: Uuid,
    identifier: String,
    keys: Vec<String>,
}

impl Worker {
    /// Reads what the worker serves.
    async fn subscribe(socket: &mut Socket, scope: Scope) -> Result<Self, Close> {
        let text = socket.text().await?;
        let message = message(socket, &text);
        if message["type"] != "subscribe" {
            return Err(Close::violation("'subscribe' message"));
        }
        let is_name = |text: &&str| !text.is_empty() && text.len() <= NAME && !text.contains('\0');
        let keys: Option<Vec<String>> = message["keys"].as_array().and_then(|keys| {
            let names = keys
                .iter()
                .map(|key| key.as_str().filter(is_name).map(str::to_owned));
            names.collect()
        });
        let Some(keys) = keys.filter(|keys| (1..=MOST_KEYS).contains(&keys.len())) else {
            return Err(Close::violation("'keys' in subscribe message"));
        };
        let Some(identifier) = message["client_id"].as_str().filter(is_name) else {
            return Err(Close::violation("'client_id' in subscribe message"));
        };
        Ok(Self {
            scope,
            connection: uuid7_now(),
            identifier: identifier.to_owned(),
            keys,
        })
    }

    /// Sends runs until the worker quits.
    async fn serve(&self, socket: &mut Socket) -> Result<(), Close> {
        let mut queued = socket.app().store.queued_task_runs();
        let mut closing = socket.app().lifecycle.closing();
        let mut probes = socket.probes();
        let mut observed: Option<Instant> = None;
        loop {
            if observed.is_none_or(|at| at.elapsed() >= KEEP) {
                self.observe().await?;
                observed = Some(Instant::now());
            }
            queued.borrow_and_update();
            let keys = self.keys.clone();
            let offered = self.scope.offer_task_run(keys, self.connection).await;
            if let Some(run) = offered.map_err(|_| away())? {
                self.hand_over(socket, &run).await?;
                continue;
            }
            let waited = tokio::select! {
                changed = queued.changed() => changed.map_err(|_| Close::going_away()),
                () = tokio::time::sleep(LOOK) => Ok(()),
                incoming = socket.next() => match incoming {
                    Ok(Incoming::Text(text)) if message(socket, &text)["type"] == "quit" => return Ok(()),
                    other => other.map(drop),
                },
                () = closed(&mut closing) => Err(Close::going_away()),
                _ = probes.tick() => socket.probe().await,
            };
            waited?;
        }
    }

    async fn observe(&self) -> Result<(), Close> {
        let (identifier, keys) = (self.identifier.clone(), self.keys.clone());
        let observed = self
            .scope
            .observe_task_worker(self.connection, identifier, keys);
        observed.await.map_err(|_| away())
    }

    /// Sends a run. Unless it is acknowledged it is offered again.
    async fn hand_over(&self, socket: &mut Socket, run: &TaskRun) -> Result<(), Close> {
        let acknowledged = self.acknowledged(socket, run).await;
        let kept = match &acknowledged {
            Ok(()) => {
                let begins_within = socket.app().config.pending_task_timeout;
                let taken = self
                    .scope
                    .acknowledge_task_run(run.id, self.connection, begins_within);
                taken.await.map(drop)
            }
            Err(_) => self.scope.take_offer_back(run.id, self.connection).await,
        };
        acknowledged.and(kept.map_err(|_| away()))
    }

    async fn acknowledged(&self, socket: &mut Socket, run: &TaskRun) -> Result<(), Close> {
        let text = serde_json::to_string(run).map_err(|_| away())?;
        socket.send(text.into()).await?;
        let mut closing = socket.app().lifecycle.closing();
        let mut probes = socket.probes();
        let mut keep = tokio::time::interval_at(Instant::now() + KEEP, KEEP);
        loop {
            let waited = tokio::select! {
                incoming = socket.next() => match incoming? {
                    Incoming::Text(text) => {
                        let message = message(socket, &text);
                        return match message["type"].as_str() {
                            Some("ack") => Ok(()),
                            Some("quit") => Err(Close::normal()),
                            _ => Err(Close::violation("'ack' message")),
                        };
                    }
                    Incoming::Ping | Incoming::Other => Ok(()),
                },
                () = closed(&mut closing) => Err(Close::going_away()),
                _ = keep.tick() => self.keep(run).await,
                _ = probes.tick() => socket.probe().await,
            };
            waited?;
        }
    }

    async fn keep(&self, run: &TaskRun) -> Result<(), Close> {
        self.observe().await?;
        let kept = self.scope.keep_offer(run.id, self.connection).await;
        if kept.map_err(|_| away())? {
            return Ok(());
        }
        Err(Close::again("the task run was offered to somebody else"))
    }
}

fn away() -> Close {
    Close::again("the queue can't be read now")
}

/// A message; null where it is not JSON that may be read.
fn message(socket: &Socket, text: &str) -> Value {
    if scan(text.as_bytes(), socket.app().config.limits.json_depth).is_err() {
        return Value::Null;
    }
    serde_json::from_str(text).unwrap_or_default()
}
