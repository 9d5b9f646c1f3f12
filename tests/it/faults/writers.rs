//! Writers that remember what the server has acknowledged, and can look whether it is still there.

mod background;
mod events;
mod journal;
mod logs;
mod sockets;
mod states;
mod stories;
mod workers;

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use milliways_model::Uuid;
use milliways_model::time::{Clock, SystemClock};
use milliways_tests::http::{Connection, Reply};
use milliways_tests::websocket::{Heard, WebSocket};
use serde_json::{Value, json};

pub(super) use background::BackgroundWriter;
pub(super) use events::EventWriter;
pub(super) use journal::JournalWriter;
pub(super) use logs::LogWriter;
pub(super) use sockets::SocketWriter;
pub(super) use states::StateWriter;
pub(super) use stories::{STORIES, StoryWriter};
pub(super) use workers::WorkerWriter;

/// How soon after a fault everything has to work again.
pub(super) const RECOVERY: Duration = Duration::from_secs(10);

/// A writer with its ledger.
pub(super) trait Writer: Send {
    /// Makes one request, and remembers what was acknowledged. After an error it is not known whether the server
    /// has taken what was sent.
    fn write(&mut self, server: &mut Connection) -> io::Result<()>;

    /// Looks whether what was acknowledged since the last look is there, whole; and that of what was not
    /// acknowledged nothing is there in part.
    fn check(&mut self, server: &mut Connection);

    /// Makes the next look begin at the start.
    fn forget_looks(&mut self);

    /// How many requests were acknowledged.
    fn acknowledged(&self) -> usize;
}

/// One writer of each kind, and two of states and journals.
pub(super) fn all(server: &mut Connection) -> Vec<Box<dyn Writer>> {
    let mut writers: Vec<Box<dyn Writer>> = vec![
        Box::new(StateWriter::new(server)),
        Box::new(StateWriter::new(server)),
        Box::new(JournalWriter::new()),
        Box::new(JournalWriter::new()),
        Box::new(LogWriter::new(server)),
        Box::new(EventWriter::default()),
        Box::new(SocketWriter::default()),
        Box::new(WorkerWriter::default()),
        Box::new(BackgroundWriter::default()),
    ];
    for (title, story) in STORIES {
        writers.push(Box::new(StoryWriter::new(title, *story)));
    }
    writers
}

/// Writes until the server does not answer any more; tells of each answer.
pub(super) fn write_until_it_ends(
    writer: &mut dyn Writer,
    server: io::Result<Connection>,
    tell: &mpsc::Sender<()>,
) {
    let Ok(mut server) = server else { return };
    while writer.write(&mut server).is_ok() {
        // Whoever counts may have heard enough.
        let _ = tell.send(());
    }
}

/// What a server may say while it is being hurt: yes, or that it has no database just now. Anything else is wrong.
fn acknowledged(reply: Reply) -> io::Result<Reply> {
    match reply.status {
        200..=299 => Ok(reply),
        503 => Err(io::Error::other(reply.text())),
        status => panic!("status {status}: {}", reply.text()),
    }
}

/// Reads something. Soon after a fault the server may still have to say that it has no database, but not for long.
fn read(mut ask: impl FnMut() -> io::Result<Reply>) -> Value {
    let start = Instant::now();
    loop {
        match ask().and_then(acknowledged) {
            Ok(reply) => return reply.json(),
            Err(error) => assert!(start.elapsed() < RECOVERY, "{error}"),
        }
    }
}

/// The same of what may not be there: null then.
fn read_if_there(mut ask: impl FnMut() -> io::Result<Reply>) -> Value {
    read(|| {
        let reply = ask()?;
        // What is not there is an answer too.
        Ok(if reply.status == 404 {
            Reply {
                status: 200,
                bytes: b"null".to_vec(),
                ..reply
            }
        } else {
            reply
        })
    })
}

/// Opens a WebSocket and says who we are.
fn opened(address: SocketAddr, path: &str) -> io::Result<WebSocket> {
    let headers = [("sec-websocket-protocol", "prefect")];
    let mut socket = WebSocket::open(address, path, &headers)?
        .map_err(|refused| io::Error::other(refused.text()))?;
    socket.say(&json!({"type": "auth", "token": null}))?;
    match socket.hear() {
        Heard::Text(text) if text.contains("auth_success") => Ok(socket),
        other => Err(io::Error::other(format!("not let in: {other:?}"))),
    }
}

/// What a server may do on a WebSocket while it is being hurt: go, or say that it has to. Anything else is wrong.
fn is_hung_up_on(heard: &Heard) -> io::Result<()> {
    match heard {
        // Going away, something went wrong, try again.
        Heard::Gone | Heard::Close(1001 | 1011 | 1013, _) => {
            Err(io::Error::other(format!("hung up on: {heard:?}")))
        }
        other => panic!("a server says {other:?}"),
    }
}

fn new_id() -> String {
    milliways_model::uuid7_now().to_string()
}

fn now() -> Value {
    json!(SystemClock.now())
}

/// Makes a flow; gives its id.
fn flow(server: &mut Connection, name: &str) -> String {
    let flow = server
        .post("/api/flows/", &json!({"name": name}))
        .and_then(acknowledged)
        .unwrap()
        .json();
    text(&flow, "id")
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}

/// How many of these events are stored.
fn stored_events<'a>(server: &mut Connection, ids: impl IntoIterator<Item = &'a String>) -> usize {
    let ids: Vec<&String> = ids.into_iter().collect();
    let count = |ids: &[&String]| {
        let filter = json!({"filter": {"id": {"id": ids}}, "limit": 50});
        let page = read(|| server.post("/api/events/filter", &filter));
        let found = page["events"].as_array().unwrap();
        let known = found
            .iter()
            .filter(|event| ids.iter().any(|id| event["id"] == **id));
        assert_eq!(known.count(), found.len(), "an event twice, or a wrong one");
        found.len()
    };
    ids.chunks(50).map(count).sum()
}

/// The messages of all log lines of a flow run, oldest first.
fn messages(server: &mut Connection, flow_run: &str) -> Vec<String> {
    let mut messages = Vec::new();
    loop {
        let filter = json!({"logs": {"flow_run_id": {"any_": [flow_run]}}, "sort": "TIMESTAMP_ASC",
            "limit": 200, "offset": messages.len()});
        let page = read(|| server.post("/api/logs/filter", &filter));
        let page = page.as_array().unwrap();
        messages.extend(page.iter().map(|log| text(log, "message")));
        if page.len() < 200 {
            return messages;
        }
    }
}

/// Whether an id is one of ours: of the seventh version, made by the server or by a client.
fn is_ordered(id: &str) -> bool {
    id.parse::<Uuid>().is_ok_and(|id| id.get_version_num() == 7)
}
