//! Log lines, five a request.

use std::io;

use milliways_tests::http::Connection;
use serde_json::{Value, json};

use super::{Writer, acknowledged, flow, messages, now, text};

const TOGETHER: usize = 5;

/// Writes log lines of one flow run.
pub(crate) struct LogWriter {
    flow_run: String,
    requests: Vec<Request>,
}

/// One request. Log lines have no ids to know them by, so that one without an answer can't be made again.
#[derive(Clone, Copy, PartialEq)]
enum Request {
    Stored,
    Uncertain,
}

impl LogWriter {
    pub(crate) fn new(server: &mut Connection) -> Self {
        let flow = flow(server, "logs");
        let run = server
            .post("/api/flow_runs/", &json!({"flow_id": flow}))
            .and_then(acknowledged)
            .unwrap();
        Self {
            flow_run: text(&run.json(), "id"),
            requests: Vec::new(),
        }
    }
}

impl Writer for LogWriter {
    fn write(&mut self, server: &mut Connection) -> io::Result<()> {
        let number = self.requests.len();
        let line = |place| -> Value {
            json!({"name": "test", "level": 20, "message": format!("{number}.{place}"),
                "timestamp": now(), "flow_run_id": self.flow_run})
        };
        let lines: Vec<Value> = (0..TOGETHER).map(line).collect();
        self.requests.push(Request::Uncertain);
        let reply = acknowledged(server.post("/api/logs/", &json!(lines))?)?;
        assert_eq!(reply.status, 201);
        self.requests[number] = Request::Stored;
        Ok(())
    }

    fn check(&mut self, server: &mut Connection) {
        let mut found = vec![Vec::new(); self.requests.len()];
        for message in messages(server, &self.flow_run) {
            let (number, place) = message.split_once('.').unwrap();
            found[number.parse::<usize>().unwrap()].push(place.parse::<usize>().unwrap());
        }
        let whole: Vec<usize> = (0..TOGETHER).collect();
        for (number, request) in self.requests.iter().enumerate() {
            let is_absent = *request == Request::Uncertain && found[number].is_empty();
            assert!(
                is_absent || found[number] == whole,
                "{number}: {:?}",
                found[number]
            );
        }
    }

    fn forget_looks(&mut self) {}

    fn acknowledged(&self) -> usize {
        let stored = |request: &&Request| **request == Request::Stored;
        self.requests.iter().filter(stored).count()
    }
}
