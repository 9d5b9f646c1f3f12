//! The store, every case on both databases.

mod artifacts;
mod attempts;
mod automations;
mod blocks;
mod counts;
mod deployments;
mod encrypted;
mod events;
mod groups;
mod held;
mod histories;
mod journal;
mod ownership;
mod pages;
pub(crate) mod pools;
mod refused;
pub(crate) mod runs;
mod servers;
mod slots;
mod task_queue;

use std::sync::Arc;
use std::time::{Duration, Instant};

use milliways_model::{ReceivedEvent, WorkspaceId};
use milliways_storage::{GraphLimits, Location, Options, Scope, Store};
use milliways_tests::clock::FakeClock;
use milliways_tests::postgres::Database;

/// What a graph may hold in tests.
pub(crate) const GRAPH: GraphLimits = GraphLimits {
    nodes: 1_000,
    artifacts: 1_000,
};

/// A store on a database of its own.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) clock: Arc<FakeClock>,
    pub(crate) options: Options,
    _folder: Option<tempfile::TempDir>,
    _database: Option<Database>,
}

impl Fixture {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::File(folder.path().join("milliways.db"));
        Self::open(location, Some(folder), None).await
    }

    pub(crate) async fn postgres() -> Self {
        let database = Database::create();
        Self::open(Location::Server(database.url()), None, Some(database)).await
    }

    async fn open(
        location: Location,
        folder: Option<tempfile::TempDir>,
        database: Option<Database>,
    ) -> Self {
        let clock = Arc::new(FakeClock::default());
        let mut options = Options::new(location, clock.clone());
        options.secrets = milliways_storage::SecretsKey::Given([7; 32]);
        let store = Store::open(options.clone()).await.unwrap();
        Self {
            store,
            clock,
            options,
            _folder: folder,
            _database: database,
        }
    }

    pub(crate) fn scope(&self) -> Scope {
        self.store.workspace(WorkspaceId::DEFAULT)
    }

    /// The events after a position, once there are `count` of them. Where several writers share a cluster
    /// an event can be followed only when every transaction that began before it has ended.
    pub(crate) async fn events_after(&self, cursor: i64, count: usize) -> Vec<ReceivedEvent> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let (events, _) = self.scope().events_after(cursor, 1_000).await.unwrap();
            if events.len() >= count {
                return events;
            }
            assert!(
                Instant::now() < deadline,
                "only {} events came",
                events.len()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Closes the store and opens it again, as a restart does.
    pub(crate) async fn reopen(&mut self) {
        self.store.close().await;
        self.store = Store::open(self.options.clone()).await.unwrap();
    }
}

/// Makes one test of a story for each database.
macro_rules! on_both {
    ($($story:ident)*) => {$(
        mod $story {
            #[tokio::test]
            async fn sqlite() {
                super::$story(crate::storage::Fixture::sqlite().await).await;
            }
            #[tokio::test]
            async fn postgres() {
                super::$story(crate::storage::Fixture::postgres().await).await;
            }
        }
    )*};
}
pub(crate) use on_both;
