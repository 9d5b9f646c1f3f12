//! A server that keeps journals in memory, on a Unix socket, in a thread of its own.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use milliways_model::ids::Uuid;
use milliways_model::journal::{JournalBatch, JournalRecord};
use serde_json::json;
use tokio::net::UnixListener;
use tokio::sync::oneshot;

#[derive(Default)]
struct State {
    journals: HashMap<Uuid, Vec<JournalRecord>>,
    order: Vec<Uuid>,
    taken_over: Vec<Uuid>,
    logs: usize,
    heartbeats: usize,
    lost_answers: usize,
    refused: Option<&'static str>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// See the module. It ends with its value.
pub(super) struct Server {
    socket: PathBuf,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(folder: &tempfile::TempDir) -> Self {
        Self::on(folder.path().join("server.sock"), Arc::default())
    }

    /// Ends, and is as it was when it starts again.
    pub(super) fn stop(mut self) -> Stopped {
        self.end();
        Stopped {
            socket: self.socket.clone(),
            shared: self.shared.clone(),
        }
    }

    pub(super) fn journal(&self, id: Uuid) -> Vec<JournalRecord> {
        self.state(|state| state.journals.get(&id).cloned().unwrap_or_default())
    }

    /// The journals in the order in which they were first heard of.
    pub(super) fn order(&self) -> Vec<Uuid> {
        self.state(|state| state.order.clone())
    }

    pub(super) fn logs(&self) -> usize {
        self.state(|state| state.logs)
    }

    pub(super) fn lose_next_answers(&self, count: usize) {
        self.state(|state| state.lost_answers = count);
    }

    /// Refuses batches with this text in a log line.
    pub(super) fn refuse(&self, text: &'static str) {
        self.state(|state| state.refused = Some(text));
    }

    pub(super) fn take_over(&self, id: Uuid) {
        self.state(|state| state.taken_over.push(id));
    }

    pub(super) fn wait_for_heartbeats(&self, count: usize) {
        let state = self.shared.state.lock().unwrap();
        drop(
            self.shared
                .changed
                .wait_while(state, |state| state.heartbeats < count)
                .unwrap(),
        );
    }

    fn on(socket: PathBuf, shared: Arc<Shared>) -> Self {
        let (stop, stopped) = oneshot::channel();
        // Bound before this returns, so that nobody finds the server away.
        let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        listener.set_nonblocking(true).unwrap();
        let for_thread = shared.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = serve(UnixListener::from_std(listener).unwrap(), for_thread) => {}
                    _ = stopped => {}
                }
            });
        });
        Self {
            socket,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.shared.state.lock().unwrap())
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
            std::fs::remove_file(&self.socket).unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// A server that is away.
pub(super) struct Stopped {
    socket: PathBuf,
    shared: Arc<Shared>,
}

impl Stopped {
    pub(super) fn start_again(self) -> Server {
        Server::on(self.socket, self.shared)
    }
}

async fn serve(listener: UnixListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, &shared));
            // An answer that gets lost ends its connection with an error.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    shared: &Shared,
) -> std::io::Result<Response<Full<Bytes>>> {
    let path: Vec<String> = request.uri().path().split('/').map(str::to_owned).collect();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mut state = shared.state.lock().unwrap();
    let (status, answer) = match path
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["", "api", "flow_runs" | "task_runs", id, "journal"] => {
            state.receive(id.parse().unwrap(), serde_json::from_slice(&body).unwrap())
        }
        ["", "api", "logs", ""] => {
            state.logs += serde_json::from_slice::<Vec<milliways_model::LogCreate>>(&body)
                .unwrap()
                .len();
            (201, json!(null))
        }
        other => panic!("{other:?}"),
    };
    shared.changed.notify_all();
    if state.lost_answers > 0 {
        state.lost_answers -= 1;
        return Err(std::io::Error::other("the answer gets lost"));
    }
    Ok(Response::builder()
        .status(status)
        .body(answer.to_string().into())
        .unwrap())
}

impl State {
    fn receive(&mut self, id: Uuid, batch: JournalBatch) -> (u16, serde_json::Value) {
        if self.taken_over.contains(&id) {
            return (
                409,
                json!({"status": 409, "code": "stale_attempt", "detail": "taken over"}),
            );
        }
        let is_refused = |record: &JournalRecord| match (record, self.refused) {
            (JournalRecord::Log(log), Some(text)) => log.message.contains(text),
            _ => false,
        };
        if batch.records.iter().any(is_refused) {
            return (
                422,
                json!({"status": 422, "code": "invalid", "detail": "no such words"}),
            );
        }
        if !self.order.contains(&id) {
            self.order.push(id);
        }
        let records = self.journals.entry(id).or_default();
        let held = i64::try_from(records.len()).unwrap();
        if batch.first_seq > held + 1 {
            let expected = held + 1;
            return (
                409,
                json!({"status": 409, "code": "journal_gap", "detail": "gap", "expected_seq": expected}),
            );
        }
        self.heartbeats += usize::from(batch.records.is_empty());
        let known = usize::try_from(held + 1 - batch.first_seq).unwrap();
        records.extend(batch.records.into_iter().skip(known));
        (200, json!({"acked_seq": records.len()}))
    }
}
