//! `/events/in`: clients report events.
//!
//! Nothing is answered but pings: a pong says that every event before it is stored. Messages that are there
//! already are stored together; a ping ends such a group, and its pong leaves with the next look for a
//! message, which comes after the group's commit.

use axum::extract::State;
use axum::response::Response;
use futures_util::FutureExt;
use milliways_model::Event;
use milliways_storage::{Scope, StoreError};

use super::handshake::Handshake;
use super::socket::{Close, Incoming, Socket};
use crate::app::{App, Shared};
use crate::extract::Workspace;
use crate::json::scan;
use crate::lifecycle::closed;
use crate::routes::events_bounds::flaw;

/// The most events that are stored together.
const GROUP: usize = 500;
/// How often a group is tried again while the store has too much to do.
const TRIES: u32 = 6;

/// Opens the socket.
pub(crate) async fn events_in(
    State(_app): State<Shared>,
    Workspace(scope): Workspace,
    handshake: Handshake,
) -> Response {
    handshake.open(async move |mut socket| {
        let close = receive(&mut socket, &scope).await;
        socket.close(close).await;
    })
}

/// Receives until the socket ends; gives the reason.
async fn receive(socket: &mut Socket, scope: &Scope) -> Close {
    let mut closing = socket.app().lifecycle.closing();
    let mut probes = socket.probes();
    loop {
        let first = tokio::select! {
            incoming = socket.next() => incoming,
            () = closed(&mut closing) => return Close::going_away(),
            _ = probes.tick() => match socket.probe().await {
                Ok(()) => continue,
                Err(close) => return close,
            },
        };
        let (group, end) = gather(socket, first);
        let count = group.len() as u64;
        if !group.is_empty() {
            match store(scope, group).await {
                Ok(orphans) => socket.app().metrics.orphaned_reports.add(orphans),
                Err(error) => {
                    // No farewell: it would carry along the pong of a ping that came after these events.
                    tracing::warn!(%error, "events of a client could not be stored");
                    return Close::gone();
                }
            }
        }
        socket.app().metrics.events_received.add(count);
        if let Some(close) = end {
            return close;
        }
    }
}

/// The events that are there already, up to a ping; and why there will be no more, if so.
fn gather(socket: &mut Socket, first: Result<Incoming, Close>) -> (Vec<Event>, Option<Close>) {
    let mut group = Vec::new();
    let mut next = Some(first);
    while let Some(incoming) = next {
        match incoming {
            Ok(Incoming::Text(text)) => match read(&text, socket.app()) {
                Ok(event) => group.push(event),
                Err(close) => return (group, Some(close)),
            },
            Ok(Incoming::Ping) => return (group, None),
            Ok(Incoming::Other) => {}
            Err(close) => return (group, Some(close)),
        }
        next = if group.len() < GROUP {
            socket.next().now_or_never()
        } else {
            None
        };
    }
    (group, None)
}

fn read(text: &str, app: &App) -> Result<Event, Close> {
    let limits = &app.config.limits;
    if let Err(flaw) = scan(text.as_bytes(), limits.json_depth) {
        return Err(Close::invalid(format!("invalid event: {flaw:?}")));
    }
    let event: Event = serde_json::from_str(text)
        .map_err(|error| Close::invalid(format!("invalid event: {error}")))?;
    match flaw(&event, limits, app.store.clock().now()) {
        Some((field, reason)) => Err(Close::invalid(format!("invalid event: {field}: {reason}"))),
        None => Ok(event),
    }
}

/// Stores a group. While the store has too much to do the client waits: it is not read from meanwhile.
async fn store(scope: &Scope, group: Vec<Event>) -> Result<u64, StoreError> {
    let mut pause = std::time::Duration::from_millis(20);
    for _ in 1..TRIES {
        match scope.record_events(group.clone()).await {
            Err(StoreError::Busy) => tokio::time::sleep(pause).await,
            other => return other,
        }
        pause *= 2;
    }
    scope.record_events(group).await
}
