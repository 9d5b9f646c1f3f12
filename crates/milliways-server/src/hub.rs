//! Live events and log lines for subscribers: one task for each server.
//!
//! It follows the store's log by cursor, and only while somebody listens. The store's hint wakes it; what it
//! tells is what it then finds committed. A subscriber has a bounded queue; one that does not keep up is cut
//! off, so that neither memory nor the others suffer for it.

mod topic;

pub(crate) use topic::event_frame;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use milliways_model::WorkspaceId;
use milliways_storage::{Location, Scope, Store, StoreError};
use tokio::sync::{Notify, mpsc, watch};

use crate::lifecycle::closed;
use crate::matching::{EventMatcher, LogMatcher};
use topic::{Subscriber, Topic};

/// Rows that are read at once.
const CHUNK: i64 = 500;
/// How long commits are gathered before they are told of.
const GATHER: Duration = Duration::from_millis(5);
/// How soon to look again where several writers share a database: what was told of may not be final yet.
const SOON: Duration = Duration::from_millis(100);
/// How often to look there in any case: hints may get lost.
const LOOK: Duration = Duration::from_secs(2);
/// How long to wait after a failed read.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The hub of a server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    queue: usize,
    topics: Mutex<HashMap<WorkspaceId, Topic>>,
    /// Somebody came or went.
    changed: Notify,
}

/// What a subscriber receives.
pub(crate) struct Live {
    /// Frames, ready to be sent. It ends when the subscriber was too slow.
    frames: mpsc::Receiver<Utf8Bytes>,
    /// How many bytes of them wait.
    waiting: Arc<AtomicUsize>,
    /// The position in the log after which frames come.
    pub(crate) from: i64,
    inner: Arc<Inner>,
    /// Keeps the frames of a subscriber open who is told of nothing.
    _silence: Option<mpsc::Sender<Utf8Bytes>>,
}

impl Live {
    /// Drops the frames that are there already.
    pub(crate) fn skip(&mut self) {
        while let Ok(frame) = self.frames.try_recv() {
            self.waiting.fetch_sub(frame.len(), Ordering::Relaxed);
        }
    }

    /// The next frame; none once the subscriber was too slow. Dropping the future loses none.
    pub(crate) async fn next(&mut self) -> Option<Utf8Bytes> {
        let frame = self.frames.recv().await?;
        self.waiting.fetch_sub(frame.len(), Ordering::Relaxed);
        Some(frame)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.frames.close();
        self.inner.changed.notify_one();
    }
}

impl Hub {
    pub(crate) fn new(store: Store, queue: usize) -> Self {
        let topics = Mutex::new(HashMap::new());
        Self {
            inner: Arc::new(Inner {
                store,
                queue,
                topics,
                changed: Notify::new(),
            }),
        }
    }

    /// Events of a workspace from now on.
    pub(crate) async fn events(
        &self,
        scope: &Scope,
        matcher: EventMatcher,
    ) -> Result<Live, StoreError> {
        let head = scope.head().await?;
        let (subscriber, (frames, waiting)) = self.subscriber(matcher);
        let from = self.enter(scope, head, |topic| topic.events.enter(head, subscriber));
        Ok(Live {
            frames,
            waiting,
            from,
            inner: Arc::clone(&self.inner),
            _silence: None,
        })
    }

    /// Nothing from now on, where the settings want it so.
    pub(crate) async fn silence(&self, scope: &Scope) -> Result<Live, StoreError> {
        let (sender, frames) = mpsc::channel(1);
        Ok(Live {
            frames,
            waiting: Arc::default(),
            from: scope.head().await?,
            inner: Arc::clone(&self.inner),
            _silence: Some(sender),
        })
    }

    /// Log lines of a workspace from now on.
    pub(crate) async fn logs(
        &self,
        scope: &Scope,
        matcher: LogMatcher,
    ) -> Result<Live, StoreError> {
        // Events and lines are numbered together, so that the greater of both is the end of the lines, too.
        let head = scope
            .head()
            .await?
            .max(*self.inner.store.changes().borrow());
        let (subscriber, (frames, waiting)) = self.subscriber(matcher);
        let from = self.enter(scope, head, |topic| topic.logs.enter(head, subscriber));
        Ok(Live {
            frames,
            waiting,
            from,
            inner: Arc::clone(&self.inner),
            _silence: None,
        })
    }

    fn subscriber<M>(
        &self,
        matcher: M,
    ) -> (Subscriber<M>, (mpsc::Receiver<Utf8Bytes>, Arc<AtomicUsize>)) {
        let (sender, receiver) = mpsc::channel(self.inner.queue);
        let waiting = Arc::new(AtomicUsize::new(0));
        let subscriber = Subscriber {
            matcher,
            sender,
            waiting: Arc::clone(&waiting),
        };
        (subscriber, (receiver, waiting))
    }

    fn enter(&self, scope: &Scope, head: i64, enter: impl FnOnce(&mut Topic) -> i64) -> i64 {
        let from = enter(
            self.topics()
                .entry(scope.id())
                .or_insert_with(|| Topic::at(head)),
        );
        self.inner.changed.notify_one();
        from
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<WorkspaceId, Topic>> {
        // A panic under the lock leaves cursors that are too low at worst: frames would come twice.
        self.inner
            .topics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves subscribers until the server closes.
    pub(crate) async fn follow(self, mut closing: watch::Receiver<bool>) {
        let mut changes = self.inner.store.changes();
        let mut patience = LOOK;
        loop {
            let workspaces = self.listened_to();
            let is_hinted = tokio::select! {
                () = closed(&mut closing) => return,
                () = self.inner.changed.notified() => true,
                is_hinted = self.hint(&mut changes, patience), if !workspaces.is_empty() => is_hinted,
            };
            patience = if is_hinted {
                SOON
            } else {
                LOOK.min(patience * 2)
            };
            let pause = match self.tell_all().await {
                Ok(()) => GATHER,
                Err(error) => {
                    tracing::warn!(%error, "live subscribers could not be served");
                    AFTER_FAILURE
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Resolves when there may be something new, after `patience` at the latest; says whether there was a hint.
    async fn hint(&self, changes: &mut watch::Receiver<i64>, patience: Duration) -> bool {
        let hinted = async {
            if changes.changed().await.is_err() {
                // The store is closed: nothing new will come.
                std::future::pending::<()>().await;
            }
        };
        match self.inner.store.location() {
            Location::File(_) => {
                hinted.await;
                true
            }
            Location::Server(_) => tokio::time::timeout(patience, hinted).await.is_ok(),
        }
    }

    /// The workspaces that somebody listens to; topics that nobody does are dropped.
    fn listened_to(&self) -> Vec<WorkspaceId> {
        let mut topics = self.topics();
        topics.retain(|_, topic| topic.is_listened_to());
        topics.keys().copied().collect()
    }

    async fn tell_all(&self) -> Result<(), StoreError> {
        for workspace in self.listened_to() {
            let scope = self.inner.store.workspace(workspace);
            while self.tell_events(&scope).await? {}
            while self.tell_logs(&scope).await? {}
        }
        Ok(())
    }

    /// Tells of some events; true where there may be more.
    async fn tell_events(&self, scope: &Scope) -> Result<bool, StoreError> {
        let cursor = self
            .topics()
            .get(&scope.id())
            .and_then(|topic| topic.events.cursor());
        let Some(cursor) = cursor else {
            return Ok(false);
        };
        let (events, next) = scope.events_after(cursor, CHUNK).await?;
        if let Some(topic) = self.topics().get_mut(&scope.id()) {
            topic.events.tell(cursor, next, &events);
        }
        Ok(next > cursor)
    }

    /// Tells of some log lines; true where there may be more.
    async fn tell_logs(&self, scope: &Scope) -> Result<bool, StoreError> {
        let cursor = self
            .topics()
            .get(&scope.id())
            .and_then(|topic| topic.logs.cursor());
        let Some(cursor) = cursor else {
            return Ok(false);
        };
        let (logs, next) = scope.logs_after(cursor, CHUNK).await?;
        if let Some(topic) = self.topics().get_mut(&scope.id()) {
            topic.logs.tell(cursor, next, &logs);
        }
        Ok(next > cursor)
    }
}

#[cfg(test)]
mod tests;
