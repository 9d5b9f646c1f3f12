//! `/events/out`: stored events that match, then live ones, each once.
//!
//! The order that loses nothing: note the end of the log, send what is stored, read the log on from that
//! end until it is nearly caught up, join the hub, read the rest up to where the hub begins. Only the
//! stretch between the noted end and the hub can hold events that were sent already; their ids are kept.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::response::Response;
use milliways_model::filter::{EventFilter, EventOccurredFilter};
use milliways_model::sort::EventOrder;
use milliways_model::{EventId, ReceivedEvent, Timestamp};
use milliways_storage::{EventPageAt, EventPosition, Scope, StoreError};

use super::budget::{SHARE, weight};
use super::handshake::Handshake;
use super::socket::{Close, Socket};
use super::subscription::{send_live, wanted};
use crate::app::Shared;
use crate::extract::Workspace;
use crate::hub::event_frame;
use crate::lifecycle::closed;
use crate::matching::EventMatcher;

/// Rows that are read at once at most.
const CHUNK: i64 = 50;
/// Rows that are read first: how large they are is not known yet.
const FIRST: i64 = 8;
/// By how much the clocks of several servers may differ.
const SKEW: Duration = Duration::from_mins(1);
/// For how long the hub can lag behind what was read here.
const LAG: Duration = Duration::from_secs(30);

/// Opens the socket.
pub(crate) async fn events_out(
    State(_app): State<Shared>,
    Workspace(scope): Workspace,
    handshake: Handshake,
) -> Response {
    handshake.open(async move |mut socket| {
        let close = serve(&mut socket, &scope)
            .await
            .unwrap_or_else(|close| close);
        socket.close(close).await;
    })
}

async fn serve(socket: &mut Socket, scope: &Scope) -> Result<Close, Close> {
    let wanted = wanted::<EventFilter>(socket).await?;
    let noted = socket.app().store.clock().now();
    let mut reader = Reader {
        matcher: EventMatcher::new(wanted.filter.clone()),
        cursor: scope.head().await.map_err(|error| unreadable(&error))?,
        sent: HashMap::new(),
        rows: FIRST,
    };
    if wanted.backfill {
        reader
            .backfill(socket, scope, wanted.filter.clone())
            .await?;
        // What was stored before the end was noted does not come again.
        reader.sent.retain(|_, received| *received >= noted - SKEW);
    }
    while reader.read_on(socket, scope).await? {}
    let hub = socket.app().hub.clone();
    let live = if socket.app().config.streams.events {
        hub.events(scope, EventMatcher::new(wanted.filter)).await
    } else {
        hub.silence(scope).await
    };
    let mut live = live.map_err(|error| unreadable(&error))?;
    while reader.cursor < live.from && reader.read_on(socket, scope).await? {}
    // The hub may lag behind what was read here: those come once more, and are known by their ids.
    let mut sent = reader.sent;
    let until = Instant::now() + LAG;
    let is_new = |frame: &str| {
        if !sent.is_empty() && Instant::now() > until {
            sent = HashMap::new();
        }
        sent.is_empty() || id_of(frame).is_none_or(|id| !sent.contains_key(&id))
    };
    Ok(send_live(socket, &mut live, is_new).await)
}

struct Reader {
    matcher: EventMatcher,
    /// The position in the log up to which it was read.
    cursor: i64,
    /// What was sent so far, with the times at which it was received.
    sent: HashMap<EventId, Timestamp>,
    /// Rows to be read next: as many as are likely to fit into its share of what may be held.
    rows: i64,
}

impl Reader {
    /// Sends what is stored, oldest first, looking back no further than the server allows.
    async fn backfill(
        &mut self,
        socket: &mut Socket,
        scope: &Scope,
        mut filter: EventFilter,
    ) -> Result<(), Close> {
        let now = socket.app().store.clock().now();
        let earliest = now - socket.app().config.limits.backfill;
        let occurred = filter
            .occurred
            .get_or_insert_with(EventOccurredFilter::default);
        occurred.since = Some(occurred.since.map_or(earliest, |since| since.max(earliest)));
        occurred.until = Some(occurred.until.map_or(now, |until| until.min(now)));
        filter.order = EventOrder::Asc;
        let most = socket.app().config.limits.backfill_page.min(CHUNK);
        self.rows = self.rows.min(most);
        let mut after = None;
        loop {
            let part = Part::Stored(&filter, after);
            let (last, is_end) = match self.send_some(socket, scope, part, most).await? {
                Next::Stored(last, is_end) => (last, is_end),
                Next::Log(_) => return Ok(()),
            };
            if is_end {
                return Ok(());
            }
            after = last;
        }
    }

    /// Sends some of what was stored since; false once there is no more.
    async fn read_on(&mut self, socket: &mut Socket, scope: &Scope) -> Result<bool, Close> {
        let cursor = self.cursor;
        let part = Part::Log(cursor);
        if let Next::Log(next) = self.send_some(socket, scope, part, CHUNK).await? {
            self.cursor = next;
        }
        Ok(self.cursor > cursor)
    }

    /// Reads some rows and sends them; gives what was read with them. What is too large to be held is read again, less
    /// of it at a time.
    async fn send_some(
        &mut self,
        socket: &mut Socket,
        scope: &Scope,
        part: Part<'_>,
        most: i64,
    ) -> Result<Next, Close> {
        let app = Arc::clone(socket.app());
        let mut closing = app.lifecycle.closing();
        loop {
            let reading = tokio::select! {
                reading = app.backfills.read() => reading,
                () = closed(&mut closing) => None,
            };
            let reading = reading.ok_or_else(Close::going_away)?;
            let read = part.read(scope, self.rows).await;
            let (events, next) = read.map_err(|error| unreadable(&error))?;
            let bytes: usize = events.iter().map(weight).sum();
            if bytes > SHARE && events.len() > 1 {
                let fit = i64::try_from(events.len() * SHARE / bytes).unwrap_or(1);
                self.rows = fit.clamp(1, (self.rows - 1).max(1));
                continue;
            }
            let held = tokio::select! {
                held = app.backfills.hold(bytes) => held,
                () = closed(&mut closing) => None,
            };
            let _held = held.ok_or_else(Close::going_away)?;
            drop(reading);
            if bytes < SHARE / 4 {
                self.rows = (self.rows * 2).min(most);
            }
            self.send(socket, events).await?;
            return Ok(next);
        }
    }

    async fn send(&mut self, socket: &mut Socket, events: Vec<ReceivedEvent>) -> Result<(), Close> {
        for event in events {
            let is_new = self.matcher.accepts(&event)
                && self.sent.insert(event.id, event.received).is_none();
            if is_new {
                socket.app().metrics.frames_sent.add(1);
                socket.send(event_frame(&event)).await?;
            }
        }
        Ok(())
    }
}

/// What is read next.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// Of what matches: from here on.
    Stored(&'a EventFilter, Option<EventPosition>),
    /// Of the log: from here on.
    Log(i64),
}

/// From where to go on.
enum Next {
    /// Of what matches, and whether that was the end of it.
    Stored(Option<EventPosition>, bool),
    /// Of the log.
    Log(i64),
}

impl Part<'_> {
    async fn read(
        self,
        scope: &Scope,
        limit: i64,
    ) -> Result<(Vec<ReceivedEvent>, Next), StoreError> {
        match self {
            Self::Stored(filter, after) => {
                let at = EventPageAt { after, limit };
                let rows = scope.events(filter.clone(), at).await?;
                let is_end = i64::try_from(rows.events.len()).unwrap_or(0) < limit;
                let last = rows.positions.last().copied();
                Ok((rows.events, Next::Stored(last, is_end)))
            }
            Self::Log(cursor) => {
                let (events, next) = scope.events_after(cursor, limit).await?;
                Ok((events, Next::Log(next)))
            }
        }
    }
}

fn id_of(frame: &str) -> Option<EventId> {
    #[derive(serde::Deserialize)]
    struct Frame {
        event: Inner,
    }
    #[derive(serde::Deserialize)]
    struct Inner {
        id: EventId,
    }
    serde_json::from_str::<Frame>(frame)
        .ok()
        .map(|frame| frame.event.id)
}

fn unreadable(error: &StoreError) -> Close {
    tracing::warn!(%error, "events could not be read for a subscriber");
    Close::again("the events can't be read now")
}
