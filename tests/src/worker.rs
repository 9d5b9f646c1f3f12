//! Real workers, and deployments for them whose runs are shell scripts.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::{Value, json};

use crate::http::Connection;
use crate::process::{Home, Server, executable};

/// A worker that is killed with this value.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts a worker of the pool `shop`, with what else is on the command line.
    pub fn start(home: &Home, server: &Server, line: &str) -> Self {
        Self::start_with(home, server, line, &[])
    }

    /// The same with further environment variables.
    pub fn start_with(
        home: &Home,
        server: &Server,
        line: &str,
        environment: &[(&str, &str)],
    ) -> Self {
        let mut child = home
            .command(&format!("worker start --pool shop {line}"))
            .env(
                "MILLIWAYS_API_URL",
                format!("http://{}/api", server.address()),
            )
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(home.log())
            .spawn()
            .expect("the executable runs");
        let output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        Self { child, output }
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it says something, and gives that line. What runs print is said, too.
    pub fn says(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let count = self.output.read_line(&mut line).expect("its output");
            assert!(count > 0, "the worker ended and never said {text}");
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Sends a signal by name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        signal(name, &self.process().to_string());
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a process does anything still. One that has ended and that nobody has buried does not.
pub fn is_running(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().unwrap_or_default();
    !matches!(state.trim_start().chars().next(), None | Some('Z' | 'X'))
}

/// Sends a signal by name to a process.
pub fn signal(name: &str, process: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), process])
        .status();
    assert!(
        sent.is_ok_and(|status| status.success()),
        "kill -{name} {process} failed"
    );
}

/// Deployments in the pool `shop`, and what became of their runs.
#[derive(Debug)]
pub struct Shop {
    connection: Connection,
    folder: PathBuf,
}

impl Shop {
    /// Makes the pool, of whose job the command is `sh` with the deployment's entry point.
    pub fn open(home: &Home, server: &Server) -> Self {
        let mut shop = Self {
            connection: server.connect(),
            folder: home.path().to_owned(),
        };
        let template = json!({
            "job_configuration": {
                "command": "{{ command }}", "env": "{{ env }}", "working_dir": "{{ working_dir }}",
            },
            "variables": {"properties": {
                "command": {"type": "string"},
                "env": {"type": "object", "default": {"MILLIWAYS": executable()}},
                "working_dir": {"type": "string"},
            }},
        });
        let pool = json!({"name": "shop", "type": "process", "base_job_template": template});
        shop.post("/work_pools/", &pool);
        shop
    }

    /// A folder for what scripts and tests tell each other.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A named pipe: whoever opens it waits for the other side.
    pub fn pipe(&self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo failed");
        path
    }

    /// A deployment whose runs are this script. In it `state TYPE` sets the run's state.
    pub fn deploy(&mut self, name: &str, script: &str) -> String {
        self.deploy_with(name, script, &json!({}))
    }

    /// The same with further fields.
    pub fn deploy_with(&mut self, name: &str, script: &str, fields: &Value) -> String {
        const STATE: &str = "state() { \"$MILLIWAYS\" api POST \"/flow_runs/$PREFECT__FLOW_RUN_ID/set_state\" --data \
            \"{\\\"state\\\": {\\\"type\\\": \\\"$1\\\"}}\" > /dev/null; }";
        let path = self.folder.join(format!("{name}.sh"));
        fs::write(&path, format!("{STATE}\n{script}\n")).expect("a script");
        let flow = self.post("/flows/", &json!({"name": name}));
        let command = format!("sh {}", path.display());
        let mut deployment = json!({
            "name": name, "flow_id": flow["id"], "work_pool_name": "shop",
            "job_variables": {"command": command},
        });
        for (key, value) in fields.as_object().expect("an object") {
            deployment[key] = value.clone();
        }
        text(&self.post("/deployments/", &deployment)["id"])
    }

    /// A run of a deployment that is due now.
    pub fn run(&mut self, deployment: &str) -> String {
        let path = format!("/deployments/{deployment}/create_flow_run");
        text(&self.post(&path, &json!({}))["id"])
    }

    /// Proposes a state for a run.
    pub fn set_state(&mut self, run: &str, kind: &str) {
        let path = format!("/flow_runs/{run}/set_state");
        self.post(&path, &json!({"state": {"type": kind}}));
    }

    /// Waits until a run has ended, and gives it.
    pub fn end_of(&mut self, home: &Home, run: &str) -> Value {
        // Its exit code tells how the run ended, which is asked for below.
        home.run(&format!("flow-run watch {run} --timeout 120"));
        // Servers hang up on who is silent for so long.
        self.connection = Connection::open(self.connection.address()).expect("it listens");
        let read = self.read(run);
        let kind = read["state_type"].as_str().unwrap_or_default();
        let ends = ["COMPLETED", "FAILED", "CANCELLED", "CRASHED"];
        assert!(ends.contains(&kind), "{read}\n{}", home.logged());
        read
    }

    /// A run as it is now.
    pub fn read(&mut self, run: &str) -> Value {
        let path = format!("/api/flow_runs/{run}");
        self.connection.get(&path).expect("an answer").json()
    }

    /// The states of a run, in their order.
    pub fn states(&mut self, run: &str) -> Vec<Value> {
        let path = format!("/api/flow_run_states/?flow_run_id={run}");
        let states = self.connection.get(&path).expect("an answer").json();
        states.as_array().expect("a list").clone()
    }

    /// What was logged of a run.
    pub fn logs(&mut self, run: &str) -> String {
        let wanted = json!({"logs": {"flow_run_id": {"any_": [run]}}, "sort": "TIMESTAMP_ASC"});
        let lines = self.post("/logs/filter", &wanted);
        let lines = lines.as_array().expect("a list").iter();
        let lines: Vec<String> = lines.map(|line| text(&line["message"])).collect();
        lines.join("\n")
    }

    /// Asks for anything.
    pub fn post(&mut self, path: &str, body: &Value) -> Value {
        let reply = self.connection.post(&format!("/api{path}"), body);
        let reply = reply.expect("an answer");
        assert!(reply.status < 300, "{path}: {}", reply.text());
        reply.json()
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
