//! Background tasks: each is queued by one request, and handed over on a socket to whoever runs it. What was queued
//! is offered, and what was taken is offered to nobody else.

use std::io;
use std::net::SocketAddr;

use milliways_tests::http::Connection;
use milliways_tests::websocket::{Heard, WebSocket};
use serde_json::{Value, json};

use super::{RECOVERY, Writer, acknowledged, is_hung_up_on, new_id, opened, text};

/// Queues tasks and takes them, one after another. Each socket has a queue of its own.
#[derive(Default)]
pub(crate) struct BackgroundWriter {
    socket: Option<(SocketAddr, WebSocket)>,
    queues: Vec<Queue>,
    checked: usize,
    acknowledged: usize,
}

/// Tasks of one key.
struct Queue {
    key: String,
    /// The server has said of each that it is handed over.
    taken: Vec<String>,
    waits: Waits,
}

/// What is known of the last task.
#[derive(Debug, PartialEq)]
enum Waits {
    /// There is none, or nobody knows whether there is.
    Unknown,
    /// It is queued.
    Queued(String),
    /// We were offered it, and have not taken it yet.
    Offered(String),
}

impl BackgroundWriter {
    /// The queue that is being written to.
    fn queue(&mut self, address: SocketAddr) -> io::Result<(&mut WebSocket, &mut Queue)> {
        if !matches!(&self.socket, Some((known, _)) if *known == address) {
            let key = format!("b{}", new_id());
            self.socket = Some((address, subscribed(address, &key)?));
            self.queues.push(Queue {
                key,
                taken: Vec::new(),
                waits: Waits::Unknown,
            });
        }
        match (&mut self.socket, self.queues.last_mut()) {
            (Some((_, socket)), Some(queue)) => Ok((socket, queue)),
            _ => Err(io::Error::other("there is no queue")),
        }
    }

    fn step(&mut self, server: &mut Connection) -> io::Result<()> {
        let (socket, queue) = self.queue(server.address())?;
        match std::mem::replace(&mut queue.waits, Waits::Unknown) {
            Waits::Unknown => {
                let body = json!({"task_key": queue.key, "dynamic_key": new_id(),
                    "state": {"type": "SCHEDULED", "state_details": {"deferred": true}}});
                let run = acknowledged(server.post("/api/task_runs/", &body)?)?.json();
                queue.waits = Waits::Queued(text(&run, "id"));
            }
            Waits::Queued(id) => {
                heard(socket, &id)?;
                taken(socket)?;
                queue.taken.push(id);
            }
            Waits::Offered(id) => {
                taken(socket)?;
                queue.taken.push(id);
            }
        }
        Ok(())
    }
}

impl BackgroundWriter {
    /// Where our own socket has outlived the fault, what is queued is offered to it.
    fn listen(&mut self, address: SocketAddr) {
        let (Some((known, socket)), Some(queue)) = (&mut self.socket, self.queues.last_mut())
        else {
            return;
        };
        if *known != address {
            return;
        }
        if let Waits::Queued(id) = &queue.waits {
            // Hung up on with an offer under way: it is offered again, but not at once.
            queue.waits = match heard(socket, id) {
                Ok(()) => Waits::Offered(id.clone()),
                Err(_) => Waits::Unknown,
            };
        }
    }
}

impl Queue {
    /// Listens as somebody else would, and takes nothing.
    fn check(&self, address: SocketAddr) {
        let start = std::time::Instant::now();
        loop {
            match self.offered(address) {
                Ok(offered) => {
                    assert!(
                        offered.iter().all(|id| !self.taken.contains(id)),
                        "offered again: {offered:?}"
                    );
                    if let Waits::Queued(id) = &self.waits {
                        assert_eq!(offered, std::slice::from_ref(id), "it is not offered");
                    }
                    return;
                }
                // As every reader: soon after a fault it may have to wait.
                Err(error) => assert!(start.elapsed() < RECOVERY, "{error}"),
            }
        }
    }

    fn offered(&self, address: SocketAddr) -> io::Result<Vec<String>> {
        let mut socket = subscribed(address, &self.key)?;
        // What is queued is offered before the socket is read again.
        socket.frame(0x89, b"")?;
        let mut offered = Vec::new();
        loop {
            match socket.hear() {
                Heard::Text(text) => offered.push(id_of(&text)),
                Heard::Other(0xa) => break,
                other => is_hung_up_on(&other)?,
            }
        }
        // Once it has said farewell, what it has offered is taken back, for the next one who asks.
        socket.say(&json!({"type": "quit"}))?;
        match socket.hear() {
            Heard::Close(1000, _) => Ok(offered),
            other => is_hung_up_on(&other).map(|()| offered),
        }
    }
}

impl Writer for BackgroundWriter {
    fn write(&mut self, server: &mut Connection) -> io::Result<()> {
        let outcome = self.step(server);
        if outcome.is_err() {
            self.socket = None;
        } else {
            self.acknowledged += 1;
        }
        outcome
    }

    fn check(&mut self, server: &mut Connection) {
        self.listen(server.address());
        for queue in &self.queues[self.checked..] {
            queue.check(server.address());
        }
        self.checked = self.queues.len();
    }

    fn forget_looks(&mut self) {
        self.checked = 0;
    }

    fn acknowledged(&self) -> usize {
        self.acknowledged
    }
}

fn subscribed(address: SocketAddr, key: &str) -> io::Result<WebSocket> {
    let mut socket = opened(address, "/api/task_runs/subscriptions/scheduled")?;
    socket.say(&json!({"type": "subscribe", "keys": [key], "client_id": "tester"}))?;
    Ok(socket)
}

/// Waits for an offer, which is of that task.
fn heard(socket: &mut WebSocket, id: &str) -> io::Result<()> {
    match socket.hear() {
        Heard::Text(offered) => assert_eq!(id_of(&offered), id, "another one"),
        other => is_hung_up_on(&other)?,
    }
    Ok(())
}

/// Takes what was offered. The pong says that the server has heard of it.
fn taken(socket: &mut WebSocket) -> io::Result<()> {
    socket.say(&json!({"type": "ack"}))?;
    socket.frame(0x89, b"")?;
    match socket.hear() {
        Heard::Other(0xa) => Ok(()),
        other => is_hung_up_on(&other),
    }
}

fn id_of(offer: &str) -> String {
    let run: Value = serde_json::from_str(offer).unwrap();
    text(&run, "id")
}
