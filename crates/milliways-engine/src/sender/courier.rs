//! Carries batches to the server, and says what its answers mean.

use std::sync::mpsc::SyncSender;
use std::time::Duration;

use bytes::Bytes;
use milliways_client::{Client, Error, JournalPost, Request, Result};
use milliways_model::FlowRunId;
use serde::Deserialize;

use crate::outbox::{Answer, Post, Run};

/// How long to leave a server alone that does not accept who we are.
const REFUSED_LOGIN_WAIT: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Debug)]
pub(crate) struct Courier {
    client: std::result::Result<Client, String>,
}

impl Courier {
    /// Without a client everything stays in the spool.
    pub(crate) fn new(client: Result<Client>) -> Self {
        let client = client.map_err(|error| error.to_string());
        Self { client }
    }

    /// Sends a batch: whole lines, a record each.
    /// Whoever waits hears beside the answer which run is cancelled.
    pub(crate) fn deliver(
        &self,
        post: Post,
        lines: &[u8],
    ) -> impl Future<Output = (Answer, Option<FlowRunId>)> + use<> {
        let body = body(&post, lines);
        let client = self.client.clone();
        async move {
            let client = match client {
                Ok(client) => client,
                Err(reason) => return (Answer::Failed(None, reason), None),
            };
            let sent = client.post_journal(match post.run {
                Run::Flow(id) => JournalPost::FlowRun(id, body),
                Run::Task(id) => JournalPost::TaskRun(id, body),
                Run::Logs => JournalPost::Logs(body),
            });
            match sent.await {
                Ok(Some(ack)) => {
                    let cancelled = post.run.flow_run().filter(|_| ack.cancel);
                    (Answer::Acked(ack.acked_seq), cancelled)
                }
                Ok(None) => (Answer::Acked(post.last_seq()), None),
                Err(error) => (meaning(&error), None),
            }
        }
    }

    /// Makes a request beside the journals.
    pub(crate) fn request(&self, request: Request, reply: SyncSender<Result<(u16, Vec<u8>)>>) {
        let Ok(client) = self.client.clone() else {
            let _ = reply.send(Err(Error::NoServer));
            return;
        };
        // Ends with its answer, or with the runtime. Nobody may be left who waits for it.
        tokio::spawn(async move {
            let answer = match client.send(&request).await {
                Ok(answer) => Ok((answer.status, answer.body.to_vec())),
                Err(Error::Status { status, body, .. }) => Ok((status, body)),
                Err(error) => Err(error),
            };
            let _ = reply.send(answer);
        });
    }
}

/// The JSON of a batch, put around lines that are JSON already.
fn body(post: &Post, lines: &[u8]) -> Bytes {
    let mut body = Vec::with_capacity(lines.len() + 64);
    if post.run == Run::Logs {
        body.push(b'[');
    } else {
        let head = format!(
            r#"{{"epoch":{},"first_seq":{},"records":["#,
            post.epoch, post.first_seq
        );
        body.extend_from_slice(head.as_bytes());
    }
    let begin = body.len();
    body.extend_from_slice(lines.strip_suffix(b"\n").unwrap_or(lines));
    // JSON has no line breaks but between tokens, and none was let in there.
    for byte in &mut body[begin..] {
        if *byte == b'\n' {
            *byte = b',';
        }
    }
    body.extend_from_slice(if post.run == Run::Logs { b"]" } else { b"]}" });
    body.into()
}

/// What an error means for the batch.
fn meaning(error: &Error) -> Answer {
    let Error::Status {
        status,
        detail,
        body,
        retry_after,
        ..
    } = error
    else {
        // Nobody answered, or something that is no server of ours.
        return Answer::Failed(None, error.to_string());
    };
    match (status, error.code()) {
        (409, Some("stale_attempt")) => Answer::Stale,
        (409, Some("journal_gap")) => match serde_json::from_slice::<Gap>(body) {
            Ok(gap) => Answer::Gap(gap.expected_seq),
            Err(_) => Answer::Refused(detail.clone()),
        },
        (401 | 403 | 407, _) => Answer::Failed(Some(REFUSED_LOGIN_WAIT), error.to_string()),
        (408 | 425 | 429 | 500.., _) => Answer::Failed(*retry_after, error.to_string()),
        _ => Answer::Refused(format!("{status}: {detail}")),
    }
}

/// What the server says of a gap beside the problem.
#[derive(Deserialize)]
struct Gap {
    expected_seq: i64,
}

#[cfg(test)]
mod tests {
    use milliways_model::ids::Uuid;
    use milliways_model::journal::JournalBatch;

    use super::*;

    fn post(run: Run) -> Post {
        Post {
            journal: 1,
            run,
            epoch: 2,
            first_seq: 7,
            count: 2,
        }
    }

    #[test]
    fn a_batch_is_what_the_model_reads() {
        let run = Run::Flow(FlowRunId(Uuid::nil()));
        let lines = b"{\"flow_run_name\":\"a\"}\n{\"flow_run_name\":\"b\"}\n";
        let batch: JournalBatch = serde_json::from_slice(&body(&post(run), lines)).unwrap();
        assert_eq!(
            (batch.epoch, batch.first_seq, batch.records.len()),
            (2, 7, 2)
        );
        let heartbeat: JournalBatch = serde_json::from_slice(&body(&post(run), b"")).unwrap();
        assert_eq!(heartbeat.records, []);
        assert_eq!(&body(&post(Run::Logs), b"1\n2\n")[..], b"[1,2]");
    }

    #[test]
    fn answers_mean_what_they_should() {
        let status = |status, code: &str, rest: &str| {
            let body = format!(r#"{{"status":{status},"code":"{code}","detail":"why"{rest}}}"#);
            Error::Status {
                route: "POST /x".to_owned(),
                status,
                detail: "why".to_owned(),
                problem: serde_json::from_str(&body).ok(),
                body: body.into_bytes(),
                retry_after: None,
            }
        };
        let failed = |wait, status| Answer::Failed(wait, format!("POST /x answered {status}: why"));
        let refused = |text: &str| Answer::Refused(text.to_owned());
        let cases = [
            (
                status(409, "journal_gap", r#","expected_seq":3"#),
                Answer::Gap(3),
            ),
            (status(409, "stale_attempt", ""), Answer::Stale),
            (status(409, "conflict", ""), refused("409: why")),
            (status(422, "invalid", ""), refused("422: why")),
            (status(503, "busy", ""), failed(None, 503)),
            (status(500, "internal", ""), failed(None, 500)),
            (
                status(401, "unauthorized", ""),
                failed(Some(REFUSED_LOGIN_WAIT), 401),
            ),
            (
                Error::NoServer,
                Answer::Failed(None, Error::NoServer.to_string()),
            ),
        ];
        for (error, expected) in cases {
            assert_eq!(meaning(&error), expected);
        }
    }
}
