//! What all handlers share.

use std::sync::Arc;

use milliways_storage::Store;
use tokio::sync::Semaphore;

use crate::config::ServerConfig;
use crate::csrf::Csrf;
use crate::edge::{Auth, Origins};
use crate::hub::Hub;
use crate::lifecycle::Lifecycle;
use crate::metrics::Metrics;
use crate::stream::Budget;

/// The state of the routes.
pub(crate) type Shared = Arc<App>;

/// What all handlers share. There is one for each server.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) config: ServerConfig,
    pub(crate) auth: Auth,
    pub(crate) origins: Origins,
    pub(crate) csrf: Option<Csrf>,
    pub(crate) metrics: Metrics,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) hub: Hub,
    /// What those who begin to listen may hold of what is stored.
    pub(crate) backfills: Budget,
    /// One permit for each WebSocket that may be open.
    pub(crate) sockets: Arc<Semaphore>,
}

impl App {
    pub(crate) fn new(config: ServerConfig, store: Store) -> Self {
        Self {
            auth: Auth::new(
                config
                    .auth_string
                    .as_ref()
                    .map(milliways_settings::Secret::expose),
            ),
            origins: Origins::new(&config),
            csrf: config
                .csrf
                .map(|lifetime| Csrf::new(lifetime, config.auth_string.as_ref())),
            metrics: Metrics::default(),
            lifecycle: Lifecycle::new(),
            hub: Hub::new(store.clone(), config.limits.socket_queue),
            backfills: Budget::default(),
            sockets: Arc::new(Semaphore::new(config.limits.sockets)),
            store,
            config,
        }
    }
}
