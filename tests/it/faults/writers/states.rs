//! Flow runs and their states, one request for each.

use std::io;

use milliways_tests::http::Connection;
use serde_json::{Value, json};

use super::{Writer, acknowledged, flow, is_ordered, new_id, read, stored_events, text};

/// Makes flow runs and takes each through its states.
pub(crate) struct StateWriter {
    flow: String,
    runs: Vec<Run>,
    checked: usize,
    acknowledged: usize,
}

/// A flow run and the ids of the states that were acknowledged, oldest first.
struct Run {
    id: String,
    states: Vec<String>,
    /// What is being asked for, until it is answered.
    asked: Option<&'static str>,
}

const WAY: [&str; 3] = ["PENDING", "RUNNING", "COMPLETED"];

impl StateWriter {
    pub(crate) fn new(server: &mut Connection) -> Self {
        Self {
            flow: flow(server, &new_id()),
            runs: Vec::new(),
            checked: 0,
            acknowledged: 0,
        }
    }

    fn create(&mut self, server: &mut Connection) -> io::Result<()> {
        let body = json!({"flow_id": self.flow, "state": {"type": WAY[0]}});
        let reply = acknowledged(server.post("/api/flow_runs/", &body)?)?;
        assert_eq!(reply.status, 201);
        let run = reply.json();
        self.runs.push(Run {
            id: text(&run, "id"),
            states: vec![text(&run["state"], "id")],
            asked: None,
        });
        Ok(())
    }
}

impl Writer for StateWriter {
    fn write(&mut self, server: &mut Connection) -> io::Result<()> {
        match self.runs.last_mut() {
            // A run whose state is uncertain is left as it is.
            Some(run) if run.asked.is_none() && run.states.len() < WAY.len() => {
                let next = WAY[run.states.len()];
                run.asked = Some(next);
                let path = format!("/api/flow_runs/{}/set_state", run.id);
                let reply = acknowledged(server.post(&path, &json!({"state": {"type": next}}))?)?;
                let verdict = reply.json();
                assert_eq!(verdict["status"], "ACCEPT", "{verdict}");
                run.states.push(text(&verdict["state"], "id"));
                run.asked = None;
            }
            _ => self.create(server)?,
        }
        self.acknowledged += 1;
        Ok(())
    }

    fn check(&mut self, server: &mut Connection) {
        for run in &self.runs[self.checked..] {
            let get =
                |server: &mut Connection, path: String| -> Value { read(|| server.get(&path)) };
            let found = get(
                server,
                format!("/api/flow_run_states/?flow_run_id={}", run.id),
            );
            let found = found.as_array().unwrap();
            let ids: Vec<String> = found.iter().map(|state| text(state, "id")).collect();
            assert!(ids.starts_with(&run.states), "{}: {ids:?}", run.id);
            // The only state more is the one that was asked for and not answered.
            let more = &found[run.states.len()..];
            assert!(
                more.is_empty()
                    || (more.len() == 1 && Some(more[0]["type"].as_str().unwrap()) == run.asked),
                "{more:?}"
            );
            let now = get(server, format!("/api/flow_runs/{}", run.id));
            assert_eq!(now["state_id"], *ids.last().unwrap());
            assert_eq!(now["state"]["type"], WAY[ids.len() - 1]);
            assert!(ids.iter().all(|id| is_ordered(id)));
            assert_eq!(stored_events(server, &ids), ids.len(), "{}", run.id);
        }
        self.checked = self.runs.len();
    }

    fn forget_looks(&mut self) {
        self.checked = 0;
    }

    fn acknowledged(&self) -> usize {
        self.acknowledged
    }
}
