//! The client for callers without a runtime, such as commands: each call waits for its answer.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::{Config, Error, Result};

/// A client together with a small runtime of its own.
///
/// ```text
/// let client = blocking::Client::new(config)?;
/// let run = client.wait(client.api().read_flow_run(id))?;
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    client: crate::Client,
    runtime: Arc<Runtime>,
}

impl Client {
    /// A client. Connects to nothing before the first request.
    ///
    /// # Errors
    /// As for [`crate::Client::new`], or when the runtime can't be made.
    pub fn new(config: Config) -> Result<Self> {
        let client = crate::Client::new(config)?;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::Runtime)?;
        Ok(Self {
            client,
            runtime: Arc::new(runtime),
        })
    }

    /// The calls, as futures for [`Client::wait`].
    pub const fn api(&self) -> &crate::Client {
        &self.client
    }

    /// Waits for a call. Must not be used within another runtime.
    pub fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }
}

impl crate::Client {
    /// A client for callers without a runtime.
    ///
    /// # Errors
    /// As for [`Client::new`].
    pub fn blocking(config: Config) -> Result<Client> {
        Client::new(config)
    }
}
