//! What the worker says about a run: in the run's own log, where people look for it.

use std::sync::Arc;

use milliways_client::Client;
use milliways_model::time::{Clock, SystemClock};
use milliways_model::{FlowRunId, LogCreate};
use tracing::{debug, error, info};

/// The logger's name.
const LOGGER: &str = "milliways.flow_runs.worker";
/// Servers take lines up to a million characters; nobody reads that many.
const LONGEST: usize = 16_384;

/// The log of one run.
#[derive(Clone, Debug)]
pub(crate) struct RunLog {
    client: Client,
    run: FlowRunId,
    name: Arc<str>,
}

impl RunLog {
    pub(crate) fn new(client: Client, run: FlowRunId, name: &str) -> Self {
        Self {
            client,
            run,
            name: name.into(),
        }
    }

    pub(crate) async fn info(&self, message: impl Into<String>) {
        let message = message.into();
        info!(run = %self.run, name = &*self.name, "{message}");
        self.write(20, message).await;
    }

    pub(crate) async fn error(&self, message: impl Into<String>) {
        let message = message.into();
        error!(run = %self.run, name = &*self.name, "{message}");
        self.write(40, message).await;
    }

    /// A line that does not arrive is in the worker's own log still.
    async fn write(&self, level: i32, message: String) {
        let message = match message.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &message[..end]),
            None => message,
        };
        let line = LogCreate {
            name: LOGGER.to_owned(),
            level,
            message,
            timestamp: SystemClock.now(),
            flow_run_id: Some(self.run),
            task_run_id: None,
            worker_id: None,
        };
        if let Err(error) = self.client.create_logs(&[line]).await {
            debug!(%error, run = %self.run, "a log line was not stored");
        }
    }
}
