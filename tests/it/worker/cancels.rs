//! Runs that are cancelled leave nothing behind.

use std::fs;

use milliways_tests::process::{Home, Server};
use milliways_tests::worker::{Shop, Worker, is_running};
use serde_json::{Value, json};

use super::{kinds, on_both};

on_both! {
    a_cancelled_run_leaves_no_process
    a_run_is_cancelled_while_its_code_is_fetched
    a_run_that_is_cancelled_directly_is_so_once
    a_run_that_tells_itself_that_it_is_cancelled_is_so_once
    a_run_that_is_cancelled_while_it_is_ended_is_so_once
    a_run_that_is_deleted_under_way_leaves_no_process
}

/// The states of a run that was asked to end.
const ASKED: [&str; 5] = ["SCHEDULED", "PENDING", "RUNNING", "CANCELLING", "CANCELLED"];

/// A run that a worker has started, and that has told so.
struct Begun {
    worker: Worker,
    shop: Shop,
    server: Server,
    run: String,
    /// What it told: its processes, mostly.
    told: String,
}

/// Starts a run of a script that writes into the pipe `begun`. `@` stands for the folder that it is in.
fn begin(home: &Home, script: &str) -> Begun {
    begin_with(home, script, &json!({}), &[])
}

/// The same with further fields of the deployment and environment variables of the worker.
fn begin_with(home: &Home, script: &str, fields: &Value, environment: &[(&str, &str)]) -> Begun {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let begun = shop.pipe("begun");
    let script = script.replace('@', &shop.folder().display().to_string());
    let deployment = shop.deploy_with("begins", &script, fields);
    let run = shop.run(&deployment);
    let worker = Worker::start_with(home, &server, "--run-once", environment);
    let told = fs::read_to_string(&begun).unwrap();
    Begun {
        worker,
        shop,
        server,
        run,
        told,
    }
}

impl Begun {
    fn set_state(&mut self, state: &str) {
        self.shop.set_state(&self.run, state);
    }

    /// The states of the run, once its worker has ended well.
    fn ended(&mut self, home: &Home) -> Vec<String> {
        assert!(self.worker.wait().success(), "{}", home.logged());
        kinds(&mut self.shop, &self.run)
    }

    /// Whether the process that it has told of is there still.
    fn is_running(&self) -> bool {
        is_running(self.told.trim())
    }
}

/// A script that tells its process and goes on for long.
const LONG: &str = "state RUNNING\necho $$ > @/begun\nexec sleep 1000";

/// A shell and a program of it that do not end when asked to, and one that has left their group and session: all are
/// gone when the run is Cancelled.
fn a_cancelled_run_leaves_no_process(home: &Home) {
    let script = "trap '' TERM\nstate RUNNING\nsleep 1000 &\n\
        setsid sh -c 'sleep 1000 & echo $! > @/far; sleep 1000' &\necho \"$$ $!\" > @/begun\nwait";
    let grace = [("MILLIWAYS_WORKER_GRACE_SECONDS", "0.2")];
    let mut begun = begin_with(home, script, &json!({}), &grace);
    let far = begun.shop.folder().join("far");
    let mut told = String::new();
    while told.trim().is_empty() {
        std::thread::yield_now();
        told = fs::read_to_string(&far).unwrap_or_default();
    }
    told.push_str(&begun.told);
    begun.set_state("CANCELLING");
    let ended = begun.shop.end_of(home, &begun.run);
    assert_eq!(ended["state_type"], "CANCELLED");
    let processes: Vec<&str> = told.split_whitespace().collect();
    assert_eq!(processes.len(), 3);
    for process in processes {
        assert!(!is_running(process), "{process} is left");
    }
    assert_eq!(begun.ended(home), ASKED);
}

fn a_run_is_cancelled_while_its_code_is_fetched(home: &Home) {
    let script = format!("echo $$ > {}/begun; sleep 1000", home.path().display());
    let step = json!({"script": script, "shell": true});
    let steps = json!({"pull_steps": [{"prefect.deployments.steps.run_shell_script": step}]});
    let mut begun = begin_with(home, "exit 1", &steps, &[]);
    begun.set_state("CANCELLING");
    assert_eq!(begun.ended(home).last().unwrap(), "CANCELLED");
    assert!(!begun.is_running());
}

/// Nobody has asked its process to end: it is said of it that it has.
fn a_run_that_is_cancelled_directly_is_so_once(home: &Home) {
    let mut begun = begin(home, LONG);
    let cancelled = json!({"state": {"type": "CANCELLED"}, "force": true});
    let path = format!("/flow_runs/{}/set_state", begun.run);
    begun.shop.post(&path, &cancelled);
    assert_eq!(
        begun.ended(home),
        ["SCHEDULED", "PENDING", "RUNNING", "CANCELLED"]
    );
    assert!(!begun.is_running());
}

fn a_run_that_tells_itself_that_it_is_cancelled_is_so_once(home: &Home) {
    let script =
        "trap 'state CANCELLED; exit 0' TERM\nstate RUNNING\necho > @/begun\nsleep 1000 & wait";
    let mut begun = begin(home, script);
    begun.set_state("CANCELLING");
    assert_eq!(begun.ended(home), ASKED);
}

/// Somebody says that it is cancelled while the worker is still ending it.
fn a_run_that_is_cancelled_while_it_is_ended_is_so_once(home: &Home) {
    let script = "mkfifo @/ending @/go-on\n\
        trap 'echo > @/ending; cat @/go-on > /dev/null; exit 3' TERM\nstate RUNNING\n\
        echo > @/begun\nsleep 1000 & wait";
    let mut begun = begin(home, script);
    begun.set_state("CANCELLING");
    fs::read(home.path().join("ending")).unwrap();
    begun.set_state("CANCELLED");
    fs::write(home.path().join("go-on"), "").unwrap();
    assert_eq!(begun.ended(home), ASKED);
}

/// No event tells of it: the worker finds out when it looks.
fn a_run_that_is_deleted_under_way_leaves_no_process(home: &Home) {
    let settings = [("PREFECT_WORKER_CANCELLATION_POLL_SECONDS", "0.1")];
    let mut begun = begin_with(home, LONG, &json!({}), &settings);
    let path = format!("/api/flow_runs/{}", begun.run);
    let mut connection = begun.server.connect();
    let deleted = connection.send("DELETE", &path, &[], b"").unwrap();
    assert_eq!(deleted.status, 204);
    assert!(begun.worker.wait().success(), "{}", home.logged());
    assert!(!begun.is_running());
    assert_eq!(connection.get(&path).unwrap().status, 404);
}
