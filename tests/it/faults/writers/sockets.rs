//! Events over a WebSocket, ten and a ping at a time: the pong says that all before it is stored.

use std::io;
use std::net::SocketAddr;

use milliways_tests::http::Connection;
use milliways_tests::websocket::{Heard, WebSocket};
use serde_json::{Value, json};

use super::{Writer, new_id, now, opened, stored_events};

const TOGETHER: usize = 10;

/// Reports events over a WebSocket of its own, and opens another one where that one is gone.
#[derive(Default)]
pub(crate) struct SocketWriter {
    socket: Option<(SocketAddr, WebSocket)>,
    stored: Vec<String>,
    /// What was said without being answered: each event for itself is stored or not.
    uncertain: Vec<String>,
    checked: usize,
}

impl SocketWriter {
    fn report(&mut self, address: SocketAddr) -> io::Result<()> {
        if self
            .socket
            .as_ref()
            .is_none_or(|(known, _)| *known != address)
        {
            self.socket = Some((address, opened(address, "/api/events/in")?));
        }
        let Some((_, socket)) = &mut self.socket else {
            return Ok(());
        };
        let events: Vec<Value> = (0..TOGETHER).map(|_| event()).collect();
        let ids = events.iter().map(|event| super::text(event, "id"));
        self.uncertain = ids.collect();
        for event in &events {
            socket.say(event)?;
        }
        socket.frame(0x89, b"")?;
        match socket.hear() {
            Heard::Other(0xa) => {}
            other => return Err(io::Error::other(format!("no pong: {other:?}"))),
        }
        self.stored.append(&mut self.uncertain);
        Ok(())
    }
}

impl Writer for SocketWriter {
    fn write(&mut self, server: &mut Connection) -> io::Result<()> {
        let outcome = self.report(server.address());
        if outcome.is_err() {
            self.socket = None;
        }
        outcome
    }

    fn check(&mut self, server: &mut Connection) {
        let fresh = &self.stored[self.checked..];
        assert_eq!(stored_events(server, fresh), fresh.len());
        self.checked = self.stored.len();
    }

    fn forget_looks(&mut self) {
        self.checked = 0;
    }

    fn acknowledged(&self) -> usize {
        self.stored.len() / TOGETHER
    }
}

fn event() -> Value {
    json!({"id": new_id(), "occurred": now(), "event": "test.reported",
        "resource": {"prefect.resource.id": "test.socket"}, "payload": {"text": "x".repeat(100)}})
}
