//! Bad input, over the wire, against the real server on both databases.
//!
//! Each table is one snapshot for both: what was sent, and what came back. What is shown where:
//!
//! - bodies and names of many megabytes, and the memory to refuse them: [`framing`], [`volumes`];
//! - a body or a head that does not come, or comes a byte at a time: `tests/http/bounds.rs` of the server, which can
//!   wait for less;
//! - lengths that do not fit, compressed bodies, deep JSON, keys that come twice, what is no JSON: [`framing`];
//! - pages and offsets out of bounds, wrong types, unknown keys: [`values`];
//! - odd names, log lines, artifacts and results that somebody might run; statements in names, filters and sorts:
//!   [`texts`], [`repeats`], [`values`];
//! - paths that look public, other people's pages, hosts and forwarded headers: [`access`];
//! - WebSockets that do not behave: [`sockets`];
//! - ids of another workspace, in a path, in a body, among others: [`workspaces`];
//! - two that want the same, an older attempt, an idempotency key that comes twice: [`repeats`], [`attempts`];
//! - patterns that a backtracking engine would not survive: [`volumes`], [`schedules`];
//! - schedules, parameters and schemas that make no sense, or that make others fetch something: [`schedules`];
//! - events and log lines that are too many, too large or from another time: [`volumes`], [`repeats`];
//! - a disk that is full: `faults/disk.rs` beside this folder;
//! - what is deleted in use, twice, and while it is written: [`repeats`], [`attempts`]; with its process:
//!   `worker/cancels.rs` beside this folder.

mod access;
mod answers;
mod attempts;
mod framing;
mod repeats;
mod schedules;
mod sockets;
mod texts;
mod values;
mod volumes;
mod workspaces;

use milliways_tests::http::{Connection, Reply};
use milliways_tests::process::{Home, Server};
use serde_json::{Value, json};

/// A server with what bad input may aim at.
pub(crate) struct Target {
    pub(crate) home: Home,
    pub(crate) server: Server,
}

impl Target {
    pub(crate) fn on(home: Home) -> Self {
        let server = home.start();
        Self { home, server }
    }

    pub(crate) fn connect(&self) -> Connection {
        self.server.connect()
    }

    /// Afterwards the server is as well as before: it answers, and has logged no failure of its own.
    pub(crate) fn is_unharmed(&self) {
        let mut connection = self.connect();
        assert_eq!(connection.get("/api/ready").unwrap().status, 200);
        let metrics = connection.get("/metrics").unwrap();
        let panics = metrics.text();
        let panics = panics
            .lines()
            .find(|line| line.contains("panics_total ") && !line.starts_with('#'));
        assert_eq!(
            panics.and_then(|line| line.split(' ').next_back()),
            Some("0")
        );
        assert!(
            !self.home.logged().contains("internal_error"),
            "{}",
            self.home.logged()
        );
    }
}

/// Makes a flow and a run of it; gives the run's id.
pub(crate) fn flow_run(connection: &mut Connection) -> String {
    let flow = connection
        .post("/api/flows/", &json!({"name": "etl"}))
        .unwrap();
    let body = json!({"flow_id": flow.json()["id"]});
    let run = connection.post("/api/flow_runs/", &body).unwrap();
    assert_eq!(run.status, 201);
    run.json()["id"].as_str().unwrap().to_owned()
}

/// One line about a refusal: its status, its code, its words. What every refusal has to be is checked here.
pub(crate) fn refusal(reply: &Reply) -> String {
    let body = reply.json();
    let shown = reply.text();
    assert!(
        (400..500).contains(&reply.status),
        "{} {shown}",
        reply.status
    );
    assert_eq!(
        reply.header("content-type"),
        Some("application/problem+json"),
        "{shown}"
    );
    assert_eq!(body["status"], reply.status, "{shown}");
    assert_eq!(
        body["request_id"].as_str(),
        reply.header("x-request-id"),
        "{shown}"
    );
    for inside in ["SELECT", "INSERT", "sqlite", "postgres", ".rs:", "panicked"] {
        assert!(!shown.contains(inside), "{shown}");
    }
    let code = body["code"].as_str().unwrap();
    format!("{} {code}: {}", reply.status, words(&body))
}

fn words(body: &Value) -> String {
    let plain = body["detail"]
        .as_str()
        .or_else(|| body["exception_message"].as_str());
    let Some(errors) = body["exception_detail"].as_array() else {
        return plain.unwrap_or_default().to_owned();
    };
    let error = |error: &Value| {
        let steps = error["loc"].as_array().unwrap().iter();
        let way: Vec<String> = steps
            .map(|step| {
                step.as_str()
                    .map_or_else(|| step.to_string(), str::to_owned)
            })
            .collect();
        format!(
            "{} [{}] {}",
            way.join("."),
            error["type"].as_str().unwrap(),
            error["msg"].as_str().unwrap()
        )
    };
    errors.iter().map(error).collect::<Vec<_>>().join("; ")
}

/// Text for a table: long text and characters that can't be seen are cut short and spelled out.
pub(crate) fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let head: String = text.chars().take(90).collect();
    let head = head.escape_debug().to_string().replace("\\\"", "\"");
    match text.chars().count() {
        ..=90 => head,
        count => format!("{head}... ({count} characters)"),
    }
}

/// Makes one test of a function for each database.
macro_rules! on_both {
    ($($story:ident)*) => {$(
        mod $story {
            #[test]
            fn sqlite() {
                super::$story(&crate::api::Target::on(milliways_tests::process::Home::sqlite()));
            }
            #[test]
            fn postgres() {
                super::$story(&crate::api::Target::on(milliways_tests::process::Home::postgres()));
            }
        }
    )*};
}
pub(crate) use on_both;
