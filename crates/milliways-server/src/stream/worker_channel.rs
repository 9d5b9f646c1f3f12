//! `/work_pools/{name}/workers/connect`: the channel that a worker holds.
//!
//! The worker says who it is and that it lives; the server tells it its pool whenever that changes, and hands it what
//! is to be cleaned up. Runs are asked for by REST.

mod cleanup;
mod hello;

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use milliways_model::filter::{EventFilter, EventResourceFilter};
use milliways_model::time::Clock as _;
use milliways_model::worker_channel::{Frame, Heartbeat, Ready, Snapshot};
use milliways_model::{Uuid, WorkPool};
use milliways_storage::Scope;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use self::cleanup::Cleanups;
use super::handshake::Handshake;
use super::socket::{Close, Incoming, Socket};
use crate::app::Shared;
use crate::edge::offers_subprotocol;
use crate::extract::{PoolName, Workspace};
use crate::hub::{Hub, Live};
use crate::json::scan;
use crate::lifecycle::closed;
use crate::matching::EventMatcher;
use crate::problem::Problem;

/// How long to wait for more changes of a pool before it is told.
const TOGETHER: Duration = Duration::from_millis(50);
/// How long after a heartbeat the pool is compared with what was told: what changed it just before is told by its event.
const SETTLED: Duration = Duration::from_secs(1);
/// How often to look for what is to be cleaned up.
const LOOK: Duration = Duration::from_secs(1);

/// Opens the channel. A client has to speak the subprotocol.
pub(crate) async fn worker_channel(
    State(_app): State<Shared>,
    Workspace(scope): Workspace,
    PoolName(pool): PoolName,
    headers: HeaderMap,
    handshake: Handshake,
) -> Response {
    if !offers_subprotocol(&headers) {
        let text = "The worker channel needs the WebSocket subprotocol 'prefect'";
        return Problem::exception(StatusCode::FORBIDDEN, "subprotocol_required", text)
            .into_response();
    }
    let handshake = handshake.refusing_with("authentication_failed");
    handshake.open(async move |mut socket| {
        let close = match hello::greet(&mut socket, &scope, &pool).await {
            Ok(greeted) => serve(&mut socket, scope, greeted).await,
            Err(close) => close,
        };
        socket.close(close).await;
    })
}

/// A worker that was let in.
struct Greeted {
    ready: Ready,
    live: Live,
    cleanups: Cleanups,
    worker: String,
}

/// What is open.
struct Channel<'s> {
    socket: &'s mut Socket,
    scope: Scope,
    consumer: Uuid,
    worker: String,
    /// The pool as it was last told.
    pool: WorkPool,
    sequence: i64,
    /// When to compare it with what there is, after a heartbeat.
    compare: Option<Instant>,
    cleanups: Cleanups,
}

async fn serve(socket: &mut Socket, scope: Scope, greeted: Greeted) -> Close {
    let Greeted {
        ready,
        mut live,
        cleanups,
        worker,
    } = greeted;
    let mut channel = Channel {
        socket,
        scope,
        consumer: ready.consumer_id,
        worker,
        pool: ready.initial_snapshot.work_pool.clone(),
        sequence: 1,
        compare: None,
        cleanups,
    };
    if let Err(close) = channel.send("worker.ready.v1", &ready).await {
        return close;
    }
    loop {
        if let Err(close) = channel.step(&mut live).await {
            return close;
        }
    }
}

impl Channel<'_> {
    async fn step(&mut self, live: &mut Live) -> Result<(), Close> {
        let mut closing = self.socket.app().lifecycle.closing();
        let mut probes = self.socket.probes();
        let mut looks = tokio::time::interval(LOOK);
        loop {
            let compare = self.compare;
            tokio::select! {
                incoming = self.socket.next() => {
                    if let Incoming::Text(text) = incoming? {
                        self.received(&text).await?;
                    }
                }
                frame = live.next() => {
                    frame.ok_or_else(again)?;
                    tokio::time::sleep(TOGETHER).await;
                    live.skip();
                    self.tell_pool("work_pool_updated").await?;
                }
                () = reached(compare) => {
                    self.compare = None;
                    self.tell_pool("heartbeat_reconciliation").await?;
                }
                () = closed(&mut closing) => return Err(Close::going_away()),
                _ = looks.tick() => self.clean_up().await?,
                _ = probes.tick() => self.socket.probe().await?,
            }
        }
    }

    async fn received(&mut self, text: &str) -> Result<(), Close> {
        let depth = self.socket.app().config.limits.json_depth;
        scan(text.as_bytes(), depth).map_err(|_| protocol())?;
        let frame: Frame<Value> = serde_json::from_str(text).map_err(|_| protocol())?;
        if frame.r#type == "worker.heartbeat.v1" {
            let heartbeat = serde_json::from_value(frame.payload).map_err(|_| protocol())?;
            return self.heard(heartbeat).await;
        }
        let Some(request) = cleanup::request(&frame) else {
            return Err(protocol());
        };
        let answer = self
            .cleanups
            .settle(&self.scope, self.pool.id, frame.id, request?)
            .await;
        self.send("cleanup.operation_result.v1", &answer).await?;
        self.clean_up().await
    }

    /// The worker lives.
    async fn heard(&mut self, heartbeat: Heartbeat) -> Result<(), Close> {
        let Heartbeat {
            consumer_id,
            worker_name,
            heartbeat_interval_seconds: interval,
        } = heartbeat;
        if consumer_id != self.consumer || worker_name != self.worker || interval <= 0 {
            return Err(protocol());
        }
        let name = &self.pool.name;
        match self
            .scope
            .worker_heartbeat(name, worker_name, Some(interval))
            .await
        {
            Ok(true) => {
                self.compare.get_or_insert(Instant::now() + SETTLED);
                Ok(())
            }
            Ok(false) | Err(_) => Err(Close::internal("heartbeat_persistence_failed")),
        }
    }

    /// Tells the pool where it differs from what was told last.
    async fn tell_pool(&mut self, reason: &str) -> Result<(), Close> {
        let found = self.scope.work_pool(&self.pool.name).await;
        let pool = found
            .map_err(|_| again())?
            .filter(|pool| pool.id == self.pool.id)
            .ok_or_else(|| Close::policy("authorization_failed"))?;
        let told = |pool: &WorkPool| {
            (
                pool.base_job_template.clone(),
                pool.concurrency_limit,
                pool.is_paused,
                pool.storage_configuration.clone(),
            )
        };
        if told(&pool) == told(&self.pool) {
            return Ok(());
        }
        self.pool = pool;
        self.sequence += 1;
        let snapshot = Snapshot {
            snapshot_sequence: self.sequence,
            reason: reason.to_owned(),
            work_pool: self.pool.clone(),
        };
        self.send("work_pool.snapshot.v1", &snapshot).await
    }

    /// Hands over as much as the worker takes.
    async fn clean_up(&mut self) -> Result<(), Close> {
        while let Some(message) = self.cleanups.next(&self.scope, self.pool.id).await {
            self.send("cleanup.message.v1", &message).await?;
        }
        Ok(())
    }

    async fn send<P: Serialize>(&mut self, kind: &str, payload: &P) -> Result<(), Close> {
        let frame = Frame {
            r#type: kind.to_owned(),
            id: milliways_model::ids::uuid7_now(),
            sent_at: milliways_model::time::SystemClock.now(),
            payload,
        };
        let text = serde_json::to_string(&frame).map_err(|_| again())?;
        self.socket.send(text.into()).await
    }
}

/// What changes a pool is told by events about it.
async fn follow(hub: Hub, scope: &Scope, pool: &WorkPool) -> Result<Live, Close> {
    let filter = EventFilter {
        resource: Some(EventResourceFilter {
            id: Some(vec![format!("prefect.work-pool.{}", pool.id)]),
            ..EventResourceFilter::default()
        }),
        ..EventFilter::default()
    };
    let live = hub.events(scope, EventMatcher::new(filter)).await;
    live.map_err(|_| again())
}

/// Waits for a moment; for ever where there is none.
async fn reached(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn protocol() -> Close {
    Close::protocol("protocol_error")
}

fn again() -> Close {
    Close::internal("transient_server_error")
}
