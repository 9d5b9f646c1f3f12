//! Who listens to a workspace, and how far they have been told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::ws::Utf8Bytes;
use milliways_model::{Log, ReceivedEvent};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::matching::{EventMatcher, LogMatcher};

/// Bytes that may wait for a slow subscriber before it is cut off. Many share them: a frame is written once for all.
const MOST_WAITING: usize = 8 << 20;

/// The subscribers of a workspace.
pub(super) struct Topic {
    pub(super) events: Channel<EventMatcher>,
    pub(super) logs: Channel<LogMatcher>,
}

/// Subscribers of one kind, all told up to the same position.
pub(super) struct Channel<M> {
    cursor: i64,
    subscribers: Vec<Subscriber<M>>,
}

/// A subscriber.
pub(super) struct Subscriber<M> {
    pub(super) matcher: M,
    pub(super) sender: mpsc::Sender<Utf8Bytes>,
    /// How many bytes of its frames wait.
    pub(super) waiting: Arc<AtomicUsize>,
}

impl<M> Subscriber<M> {
    /// Puts a frame into its queue; false where there is no room for it.
    fn take(&self, frame: &Utf8Bytes) -> bool {
        let waiting = self.waiting.fetch_add(frame.len(), Ordering::Relaxed);
        // One that waits for nothing takes a frame of any size.
        (waiting == 0 || waiting + frame.len() <= MOST_WAITING)
            && self.sender.try_send(frame.clone()).is_ok()
    }
}

/// What can be told of: it is matched, and becomes a frame.
pub(super) trait Told<M> {
    fn is_for(&self, matcher: &M) -> bool;
    fn frame(&self) -> Utf8Bytes;
}

impl Topic {
    pub(super) fn at(head: i64) -> Self {
        Self {
            events: Channel::at(head),
            logs: Channel::at(head),
        }
    }

    /// Whether anybody is there; those that went are forgotten.
    pub(super) fn is_listened_to(&mut self) -> bool {
        self.events.prune();
        self.logs.prune();
        !(self.events.subscribers.is_empty() && self.logs.subscribers.is_empty())
    }
}

impl<M> Channel<M> {
    fn at(cursor: i64) -> Self {
        Self {
            cursor,
            subscribers: Vec::new(),
        }
    }

    /// Takes a subscriber in; gives the position after which it is told. Where nobody listened that is `head`.
    pub(super) fn enter(&mut self, head: i64, subscriber: Subscriber<M>) -> i64 {
        if self.subscribers.is_empty() {
            self.cursor = self.cursor.max(head);
        }
        self.subscribers.push(subscriber);
        self.cursor
    }

    /// The position up to which all were told; none where nobody listens.
    pub(super) fn cursor(&self) -> Option<i64> {
        (!self.subscribers.is_empty()).then_some(self.cursor)
    }

    /// Tells of what was found between two positions. Where the first is not the cursor any more, somebody
    /// came to an empty channel meanwhile and wants none of it.
    pub(super) fn tell<T: Told<M>>(&mut self, cursor: i64, next: i64, items: &[T]) {
        if self.cursor != cursor {
            return;
        }
        self.cursor = next;
        for item in items {
            let mut frame = None;
            self.subscribers.retain(|subscriber| {
                if !item.is_for(&subscriber.matcher) {
                    return true;
                }
                let frame = frame.get_or_insert_with(|| item.frame());
                // A full queue cuts the subscriber off: dropping the sender ends its frames.
                subscriber.take(frame)
            });
        }
    }

    fn prune(&mut self) {
        self.subscribers
            .retain(|subscriber| !subscriber.sender.is_closed());
    }
}

impl Told<EventMatcher> for ReceivedEvent {
    fn is_for(&self, matcher: &EventMatcher) -> bool {
        matcher.accepts(self)
    }

    fn frame(&self) -> Utf8Bytes {
        event_frame(self)
    }
}

impl Told<LogMatcher> for Log {
    fn is_for(&self, matcher: &LogMatcher) -> bool {
        matcher.accepts(self)
    }

    fn frame(&self) -> Utf8Bytes {
        #[derive(Serialize)]
        struct Frame<'a> {
            r#type: &'static str,
            log: &'a Log,
        }
        write(&Frame {
            r#type: "log",
            log: self,
        })
    }
}

/// An event as subscribers receive it.
pub(crate) fn event_frame(event: &ReceivedEvent) -> Utf8Bytes {
    #[derive(Serialize)]
    struct Frame<'a> {
        r#type: &'static str,
        event: &'a ReceivedEvent,
    }
    write(&Frame {
        r#type: "event",
        event,
    })
}

fn write<T: Serialize>(frame: &T) -> Utf8Bytes {
    serde_json::to_string(frame).unwrap_or_default().into()
}
