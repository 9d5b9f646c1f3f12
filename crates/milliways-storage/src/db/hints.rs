//! Hints between servers that share a database: "something was committed". They may get lost, and nothing
//! depends on them but how soon others look.
//!
//! A hint is sent after the commit that it tells of, on a connection of its own: within the transaction it would
//! take a lock that all commits wait for. Many commits are told of at once.

use std::time::Duration;

use tokio::sync::watch;
use tokio_postgres::{AsyncMessage, Client};

use super::conn::DbError;
use super::dial::dial;
use super::location::Session;

/// How long commits are gathered before others are told.
const GATHER: Duration = Duration::from_millis(5);
/// How long to wait before the next try to connect.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Both ends of the hints of a store.
#[derive(Clone)]
pub(crate) struct Hints {
    /// The last position that anybody is known to have committed.
    changes: watch::Sender<i64>,
    /// The last position that this store has.
    own: watch::Sender<i64>,
}

impl Hints {
    pub(crate) fn new(changes: watch::Sender<i64>) -> Self {
        let own = watch::Sender::new(0);
        Self { changes, own }
    }

    /// Own positions up to `next` are committed.
    pub(super) fn committed(&self, next: i64) {
        let forward = |seen: &mut i64| {
            let is_ahead = next > *seen;
            *seen = next.max(*seen);
            is_ahead
        };
        self.changes.send_if_modified(forward);
        self.own.send_if_modified(forward);
    }

    /// Takes out what tells and hears others, for [`exchange`].
    pub(super) fn exchange(&self) -> Exchange {
        Exchange {
            heard: self.changes.clone(),
            own: self.own.subscribe(),
            name: format!("{:x}", milliways_model::ids::random_bits()),
        }
    }
}

/// What tells others and hears them.
pub(super) struct Exchange {
    heard: watch::Sender<i64>,
    own: watch::Receiver<i64>,
    /// Tells own hints from those of others.
    name: String,
}

impl Exchange {
    /// Tells and hears until the store's writers have ended.
    pub(super) async fn run(mut self, url: &str, session: &Session) {
        let session = Session {
            application: "milliways hints".to_owned(),
            ..session.clone()
        };
        while self.own.has_changed().is_ok() {
            match self.connect(url, &session).await {
                Ok(client) => self.tell(&client).await,
                Err(error) => {
                    tracing::debug!(error = error.reasons(), "no hints from other servers now");
                }
            }
            // The writers' end is noticed here, too.
            let _ = tokio::time::timeout(AFTER_FAILURE, self.own.wait_for(|_| false)).await;
        }
    }

    /// A connection on which hints of others are heard for as long as it lives.
    async fn connect(&self, url: &str, session: &Session) -> Result<Client, DbError> {
        let (heard, name) = (self.heard.clone(), self.name.clone());
        let listen = move |message| {
            if let AsyncMessage::Notification(hint) = message
                && let Some((from, position)) = hint.payload().split_once(' ')
                && from != name
            {
                // Positions of several writers are not in order: each hint is a reason to look.
                let position: i64 = position.parse().unwrap_or(0);
                heard.send_modify(|seen| *seen = position.max(*seen));
            }
        };
        let client = dial(url, session, listen).await?;
        // A hint is worth no flush of the disk: commits would wait for it.
        client
            .batch_execute("SET synchronous_commit = off; LISTEN milliways_changes")
            .await?;
        Ok(client)
    }

    /// Tells of own commits until the connection or the store ends.
    async fn tell(&mut self, client: &Client) {
        let notify = client.prepare("SELECT pg_notify('milliways_changes', $1)");
        let Ok(notify) = notify.await else { return };
        loop {
            let closing = async {
                // A connection that is lost while nothing is told is noticed by looking.
                while !client.is_closed() {
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            };
            tokio::select! {
                changed = self.own.changed() => if changed.is_err() { return },
                () = closing => return,
            }
            tokio::time::sleep(GATHER).await;
            let hint = format!("{} {}", self.name, *self.own.borrow_and_update());
            if client.execute(&notify, &[&hint]).await.is_err() {
                return;
            }
        }
    }
}
