//! The journal of one long attempt. A batch that was not answered is sent again as it was, and has no second effect.

use std::io;

use milliways_tests::http::Connection;
use serde_json::{Value, json};

use super::{Writer, acknowledged, messages, new_id, now, read, text};

/// Records of a batch: task runs with two states and a log line each.
const TOGETHER: i64 = 4;

/// Streams a journal.
pub(crate) struct JournalWriter {
    flow_run: String,
    /// The last record that was acknowledged.
    acked: i64,
    uncertain: Option<Vec<Value>>,
    tasks: usize,
    lines: Vec<String>,
    acknowledged: usize,
}

impl JournalWriter {
    pub(crate) fn new() -> Self {
        Self {
            flow_run: new_id(),
            acked: 0,
            uncertain: None,
            tasks: 0,
            lines: Vec::new(),
            acknowledged: 0,
        }
    }

    fn batch(&self) -> Vec<Value> {
        if self.acked == 0 {
            return vec![
                json!({"flow_run": {"id": self.flow_run, "flow_name": "journal", "name": "long",
                "states": [state("PENDING"), state("RUNNING")]}}),
            ];
        }
        let pair = |number: i64| {
            let id = new_id();
            let key = self.acked + number;
            let task = json!({"task_run": {"id": id, "name": format!("task-{key}"), "task_key": "task",
                "dynamic_key": key.to_string(), "states": [state("PENDING"), state("RUNNING")]}});
            let log = json!({"log": {"name": "test", "level": 20, "message": format!("line {key}"),
                "timestamp": now(), "flow_run_id": self.flow_run, "task_run_id": id}});
            [task, log]
        };
        (0..TOGETHER / 2).flat_map(pair).collect()
    }

    fn send(&self, server: &mut Connection, first: i64, records: &[Value]) -> io::Result<i64> {
        let body = json!({"epoch": 1, "first_seq": first, "records": records});
        let path = format!("/api/flow_runs/{}/journal", self.flow_run);
        let reply = acknowledged(server.post(&path, &body)?)?;
        Ok(reply.json()["acked_seq"].as_i64().unwrap())
    }

    fn remember(&mut self, acked: i64, records: &[Value]) {
        self.acked = acked;
        self.acknowledged += 1;
        let logs = records.iter().filter(|record| record["log"].is_object());
        let lines: Vec<String> = logs.map(|record| text(&record["log"], "message")).collect();
        self.tasks += lines.len();
        self.lines.extend(lines);
    }
}

impl Writer for JournalWriter {
    fn write(&mut self, server: &mut Connection) -> io::Result<()> {
        let records = self.uncertain.take().unwrap_or_else(|| self.batch());
        let last = self.acked + i64::try_from(records.len()).unwrap();
        match self.send(server, self.acked + 1, &records) {
            Ok(acked) => {
                assert_eq!(acked, last);
                self.remember(acked, &records);
                Ok(())
            }
            Err(error) => {
                self.uncertain = Some(records);
                Err(error)
            }
        }
    }

    fn check(&mut self, server: &mut Connection) {
        if self.acked == 0 {
            return;
        }
        let held = self.send(server, self.acked + 1, &[]).unwrap();
        if held > self.acked {
            let records = self.uncertain.take().unwrap();
            assert_eq!(held, self.acked + i64::try_from(records.len()).unwrap());
            self.remember(held, &records);
        }
        assert_eq!(held, self.acked);
        // Once each and in order, however often batches were sent.
        assert_eq!(messages(server, &self.flow_run), self.lines);
        let filter = json!({"flow_runs": {"id": {"any_": [self.flow_run]}}});
        let counted = read(|| server.post("/api/task_runs/count", &filter));
        assert_eq!(counted, json!(self.tasks));
    }

    fn forget_looks(&mut self) {}

    fn acknowledged(&self) -> usize {
        self.acknowledged
    }
}

fn state(kind: &str) -> Value {
    let mut name = kind.to_lowercase();
    name[..1].make_ascii_uppercase();
    json!({"id": new_id(), "type": kind, "name": name, "timestamp": now()})
}
