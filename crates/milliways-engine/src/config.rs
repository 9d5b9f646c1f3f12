//! What a session needs to know, taken from the settings once.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use milliways_model::time::{Clock, SystemClock};
use milliways_settings::{ByteSize, Settings, defs};

use crate::Result;
use crate::text::MAX_MESSAGE;

/// Servers take batches of up to 8 MiB.
const LARGEST_BATCH: usize = 4 << 20;

/// See the module.
#[derive(Clone)]
pub struct Config {
    /// The server, and how to talk to it.
    pub client: milliways_client::Config,
    /// Where records wait for the server.
    pub spool: PathBuf,
    /// How much one run may keep there, in bytes; 1 GiB by default.
    pub max_spool_size: u64,
    /// How much is sent in one request, in bytes; 1 MiB by default.
    pub batch_size: usize,
    /// How long records are gathered before they are written and sent, where they come one after the other; 1 ms by
    /// default.
    pub linger: Duration,
    /// How long the server may hear nothing of a flow run that is under way; 10 s by default.
    pub heartbeat: Duration,
    /// The most characters of a log line; a longer one is cut and says so. 1,000,000 at most.
    pub max_log_size: usize,
    /// Where people see runs, where the server shows them.
    pub ui_url: Option<String>,
    /// Where times come from.
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// What the settings say.
    ///
    /// # Errors
    /// When one of them has no valid value.
    pub fn from_settings(settings: &Settings) -> Result<Self> {
        let client = milliways_client::Config::from_settings(settings)?;
        let ui_url = settings.get(defs::api::UI_URL)?.map(|url| url.to_string());
        Ok(Self {
            ui_url: ui_url.or_else(|| client.ui_url()),
            client,
            spool: settings.paths().spool(),
            max_spool_size: settings.get(defs::spool::MAX_SIZE)?.0,
            batch_size: bytes(settings.get(defs::spool::BATCH_SIZE)?).min(LARGEST_BATCH),
            linger: settings.get(defs::spool::LINGER)?,
            heartbeat: Duration::from_secs(10),
            max_log_size: bytes(settings.get(defs::logging::TO_API_MAX_LOG_SIZE)?).min(MAX_MESSAGE),
            clock: Arc::new(SystemClock),
        })
    }
}

fn bytes(size: ByteSize) -> usize {
    usize::try_from(size.0).unwrap_or(usize::MAX)
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("client", &self.client)
            .field("spool", &self.spool)
            .finish_non_exhaustive()
    }
}
