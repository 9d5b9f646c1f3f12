//! `/flow_runs/{id}/journal` and `/task_runs/{id}/journal`, as written text: batches come from a spool.

use bytes::Bytes;
use hyper::Method;
use milliways_model::journal::{AttemptCreate, JournalAck, JournalBatch, JournalClaim};
use milliways_model::{FlowRunId, TaskRunId};

use crate::{Client, Error, Request, Result};

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
    /// Claims a flow run where what is wanted holds, in one step. `Err` inside: why it does not.
    ///
    /// # Errors
    /// When the request fails, or there is no such run.
    pub async fn claim_flow_run(
        &self,
        id: FlowRunId,
        wanted: &AttemptCreate,
    ) -> Result<std::result::Result<JournalClaim, String>> {
        let path = format!("/flow_runs/{id}/attempts");
        match self.post(&path, wanted).await {
            Ok(claim) => Ok(Ok(claim)),
            Err(error) if error.code() == Some("not_accepted") => match error {
                Error::Status { detail, .. } => Ok(Err(detail)),
                other => Err(other),
            },
            Err(error) => Err(error),
        }
    }

    /// Renews the lease of an attempt: a batch without records. It is sent once, since a later one does as well.
    ///
    /// # Errors
    /// When there is no answer, or it is none of 2xx: 409 `stale_attempt` where somebody else has claimed the run.
    pub async fn renew_attempt(&self, id: FlowRunId, epoch: i64) -> Result<JournalAck> {
        let batch = JournalBatch {
            epoch,
            first_seq: 1,
            records: Vec::new(),
        };
        let path = format!("/flow_runs/{id}/journal");
        let request = Request::new(Method::POST, path).json(&batch)?;
        let answer = self.send_once(&request).await?.good(&request)?;
        answer.parse(&request, &self.address().to_string())
    }

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
