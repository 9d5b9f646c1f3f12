//! `/flow_runs/{id}/journal` and `/task_runs/{id}/journal`, as written text: batches come from a spool.

use bytes::Bytes;
use hyper::Method;
use milliways_model::journal::JournalAck;
use milliways_model::{FlowRunId, TaskRunId};

use crate::{Client, Request, Result};

/// A batch, written already.
#[derive(Clone, Debug)]
pub enum JournalPost {
    /// Of a flow run: the JSON text of a `JournalBatch`.
    FlowRun(FlowRunId, Bytes),
    /// Of a task run outside of any flow: the same.
    TaskRun(TaskRunId, Bytes),
    /// Log lines outside of any run: a JSON list of them.
    Logs(Bytes),
}

impl Client {
    /// Sends a batch once. Log lines have no acknowledged number.
    ///
    /// # Errors
    /// When there is no answer, or it is none of 2xx.
    pub async fn post_journal(&self, post: JournalPost) -> Result<Option<JournalAck>> {
        let (path, body) = match post {
            JournalPost::FlowRun(id, body) => (format!("/flow_runs/{id}/journal"), body),
            JournalPost::TaskRun(id, body) => (format!("/task_runs/{id}/journal"), body),
            JournalPost::Logs(body) => ("/logs/".to_owned(), body),
        };
        let is_journal = path != "/logs/";
        let request = Request {
            body,
            ..Request::new(Method::POST, path)
        };
        let answer = self.send_once(&request).await?.good(&request)?;
        if is_journal {
            answer
                .parse(&request, &self.address().to_string())
                .map(Some)
        } else {
            Ok(None)
        }
    }
}
