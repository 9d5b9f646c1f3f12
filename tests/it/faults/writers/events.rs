//! Events, ten a request. A request that was not answered is made again: events are known by their ids.

use std::io;

use milliways_tests::http::Connection;
use serde_json::{Value, json};

use super::{Writer, acknowledged, new_id, now, stored_events};

const TOGETHER: usize = 10;

/// Reports events.
#[derive(Default)]
pub(crate) struct EventWriter {
    stored: Vec<String>,
    uncertain: Option<Vec<Value>>,
    checked: usize,
}

impl Writer for EventWriter {
    fn write(&mut self, server: &mut Connection) -> io::Result<()> {
        let make = || -> Vec<Value> { (0..TOGETHER).map(|_| event()).collect() };
        let events = self.uncertain.get_or_insert_with(make);
        let reply = acknowledged(server.post("/api/events", &json!(events))?)?;
        assert_eq!(reply.status, 204);
        let ids = events.iter().map(|event| super::text(event, "id"));
        self.stored.extend(ids);
        self.uncertain = None;
        Ok(())
    }

    fn check(&mut self, server: &mut Connection) {
        let fresh = &self.stored[self.checked..];
        assert_eq!(stored_events(server, fresh), fresh.len());
        if let Some(events) = &self.uncertain {
            let ids: Vec<String> = events
                .iter()
                .map(|event| super::text(event, "id"))
                .collect();
            let found = stored_events(server, &ids);
            assert!(found == 0 || found == TOGETHER, "{found} of {TOGETHER}");
        }
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
    json!({"id": new_id(), "occurred": now(), "event": "test.happened",
        "resource": {"prefect.resource.id": "test.fault"}, "payload": {"text": "x".repeat(200)}})
}
