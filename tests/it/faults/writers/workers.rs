//! Workers on their channel: what greets a worker has made its pool and its row, and a pong says that the heartbeat
//! before it is stored.

use std::io;
use std::net::SocketAddr;

use milliways_tests::http::Connection;
use milliways_tests::websocket::{Heard, WebSocket};
use serde_json::{Value, json};

use super::{Writer, is_hung_up_on, new_id, now, opened, read_if_there};

/// Keeps one channel at a time, on a pool that it has made.
#[derive(Default)]
pub(crate) struct WorkerWriter {
    socket: Option<(SocketAddr, WebSocket)>,
    workers: Vec<Worker>,
    checked: usize,
    acknowledged: usize,
}

/// A worker, alone on its pool. It is known by how often it promises to say that it lives, which it never says twice.
struct Worker {
    pool: String,
    consumer: String,
    acknowledged: Option<i64>,
    asked: i64,
}

/// No worker of these is taken to be silent before the end of the test.
const FIRST_INTERVAL: i64 = 3_600;

impl Worker {
    fn frame(&self, kind: &str, more: &Value) -> Value {
        let mut payload = json!({"consumer_id": self.consumer, "worker_name": "w",
            "heartbeat_interval_seconds": self.asked});
        for (key, value) in more.as_object().into_iter().flatten() {
            payload[key] = value.clone();
        }
        json!({"type": kind, "id": new_id(), "sent_at": now(), "payload": payload})
    }

    fn hello(&self) -> Value {
        let more = json!({
            "worker_type": "process", "create_pool_if_not_found": true,
            "supported_channel_versions": ["work_pool_worker_channel.v1"],
            "requested_capabilities": ["worker_heartbeat.v1", "work_pool_snapshot.v1"],
        });
        self.frame("worker.hello.v1", &more)
    }
}

impl WorkerWriter {
    fn greet(&mut self, address: SocketAddr) -> io::Result<()> {
        let worker = Worker {
            pool: format!("w{}", new_id()),
            consumer: new_id(),
            acknowledged: None,
            asked: FIRST_INTERVAL,
        };
        let path = format!("/api/work_pools/{}/workers/connect", worker.pool);
        let mut socket = opened(address, &path)?;
        socket.say(&worker.hello())?;
        self.workers.push(worker);
        match socket.hear() {
            Heard::Text(text) if text.contains("worker.ready.v1") => {}
            other => return is_hung_up_on(&other),
        }
        self.socket = Some((address, socket));
        Ok(())
    }

    fn live(&mut self) -> io::Result<()> {
        let (Some((_, socket)), Some(worker)) = (&mut self.socket, self.workers.last_mut()) else {
            return Ok(());
        };
        worker.asked += 1;
        socket.say(&worker.frame("worker.heartbeat.v1", &Value::Null))?;
        socket.frame(0x89, b"")?;
        loop {
            match socket.hear() {
                Heard::Other(0xa) => return Ok(()),
                Heard::Text(_) => {}
                other => return is_hung_up_on(&other),
            }
        }
    }
}

impl Writer for WorkerWriter {
    fn write(&mut self, server: &mut Connection) -> io::Result<()> {
        let address = server.address();
        let is_open = matches!(&self.socket, Some((known, _)) if *known == address);
        let outcome = if is_open {
            self.live()
        } else {
            self.greet(address)
        };
        if outcome.is_err() {
            self.socket = None;
            return outcome;
        }
        if let Some(worker) = self.workers.last_mut() {
            worker.acknowledged = Some(worker.asked);
        }
        self.acknowledged += 1;
        Ok(())
    }

    fn check(&mut self, server: &mut Connection) {
        for worker in &self.workers[self.checked..] {
            let path = format!("/api/work_pools/{}/workers/filter", worker.pool);
            let found = read_if_there(|| server.post(&path, &json!({})));
            let shown = found[0]["heartbeat_interval_seconds"].as_i64();
            assert!(
                shown == worker.acknowledged || shown == Some(worker.asked),
                "{}: {found}, acknowledged {:?}, asked for {}",
                worker.pool,
                worker.acknowledged,
                worker.asked
            );
        }
        // The last one goes on where its connection does.
        self.checked = self.workers.len().saturating_sub(1);
    }

    fn forget_looks(&mut self) {
        self.checked = 0;
    }

    fn acknowledged(&self) -> usize {
        self.acknowledged
    }
}
