//! Runs a piece of a program in a process of its own, recorded by a real server, and asks the server about it.

use std::process::Command;

use milliways_tests::http::Connection;
use milliways_tests::process::{Home, Server};
use serde_json::{Value, json};

/// Set in the process that is to play the part of the program.
pub(crate) const PART: &str = "MILLIWAYS_TEST_PART";

/// What a program left behind.
pub(crate) struct Recorded {
    connection: Connection,
    _own: Option<(Server, Home)>,
}

/// Whether this process plays the part of a program.
pub(crate) fn is_part() -> bool {
    std::env::var_os(PART).is_some()
}

/// Plays `program` in a process of its own: this test again, which goes no further there.
pub(crate) fn play(test: &str, program: impl FnOnce()) -> Recorded {
    if is_part() {
        program();
        // As a program ends: what it has recorded is sent by then.
        #[expect(clippy::exit, reason = "the rest of the test is not for this process")]
        std::process::exit(0);
    }
    let home = Home::sqlite();
    let server = home.start();
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args([test, "--exact", "--nocapture"])
        .env(PART, "1")
        .env("MILLIWAYS_HOME", home.path())
        .env(
            "MILLIWAYS_API_URL",
            format!("http://{}/api", server.address()),
        )
        .output()
        .expect("this test runs again");
    let connection = server.connect();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Recorded {
        connection,
        _own: Some((server, home)),
    }
}

impl Recorded {
    /// What a server has that somebody else looks after.
    pub(crate) fn of(server: &Server) -> Self {
        Self {
            connection: server.connect(),
            _own: None,
        }
    }

    /// The name of a run's flow.
    pub(crate) fn flow(&mut self, run: &Value) -> String {
        let id = run["flow_id"].as_str().expect("an id");
        let flow = self.connection.get(&format!("/api/flows/{id}"));
        let flow = flow.expect("an answer").json();
        flow["name"].as_str().expect("a name").to_owned()
    }

    /// The flow runs, oldest first.
    pub(crate) fn flow_runs(&mut self) -> Vec<Value> {
        let mut runs = self.all("/api/flow_runs/filter", &json!({}));
        runs.sort_by_key(|run| run["id"].to_string());
        runs
    }

    /// The task runs, oldest first.
    pub(crate) fn task_runs(&mut self) -> Vec<Value> {
        let mut runs = self.all("/api/task_runs/filter", &json!({}));
        runs.sort_by_key(|run| run["id"].to_string());
        runs
    }

    /// The messages of the logs, in their order, with their loggers.
    pub(crate) fn logs(&mut self) -> Vec<(String, String)> {
        let logs = self.all("/api/logs/filter", &json!({"sort": "TIMESTAMP_ASC"}));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        logs.iter()
            .map(|log| (text(&log["name"]), text(&log["message"])))
            .collect()
    }

    /// The names of the states of a run, in their order.
    pub(crate) fn states(&mut self, run: &Value) -> Vec<String> {
        let (kind, id) = match run.get("task_key") {
            Some(_) => ("task", &run["id"]),
            None => ("flow", &run["id"]),
        };
        let id = id.as_str().expect("an id");
        let path = format!("/api/{kind}_run_states/?{kind}_run_id={id}");
        let mut states = self.connection.get(&path).expect("an answer").json();
        let states = states.as_array_mut().expect("a list");
        states.sort_by_key(|state| state["timestamp"].to_string());
        states
            .iter()
            .map(|state| state["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    fn all(&mut self, path: &str, filter: &Value) -> Vec<Value> {
        let reply = self.connection.post(path, filter).expect("an answer");
        reply.json().as_array().expect("a list").clone()
    }
}

/// A runtime for programs of these tests.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}
