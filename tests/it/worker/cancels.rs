//! Runs that are cancelled leave nothing behind.

use std::fs;

use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker, is_running};
use serde_json::json;

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

/// A shell and a program of it that do not end when asked to, and one that has left their group and session: all are
/// gone when the run is Cancelled.
fn a_cancelled_run_leaves_no_process(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let begun = shop.pipe("begun");
    let script = format!(
        "trap '' TERM\nstate RUNNING\nsleep 1000 &\nsetsid sh -c 'sleep 1000 & echo $! > {0}/far; sleep 1000' &\n\
         echo \"$$ $!\" > {1}\nwait",
        shop.folder().display(),
        begun.display()
    );
    let deployment = shop.deploy("stubborn", &script);
    let run = shop.run(&deployment);
    let _worker = Worker::start_with(
        home,
        &server,
        "",
        &[("MILLIWAYS_WORKER_GRACE_SECONDS", "0.2")],
    );
    let mut processes = fs::read_to_string(&begun).unwrap();
    let far = shop.folder().join("far");
    while fs::read_to_string(&far)
        .unwrap_or_default()
        .trim()
        .is_empty()
    {
        std::thread::yield_now();
    }
    processes.push_str(&fs::read_to_string(&far).unwrap());
    shop.set_state(&run, "CANCELLING");
    let ended = shop.end_of(home, &run);
    assert_eq!(ended["state_type"], "CANCELLED");
    let processes: Vec<&str> = processes.split_whitespace().collect();
    assert_eq!(processes.len(), 3);
    for process in processes {
        assert!(!is_running(process), "{process} is left");
    }
    assert_eq!(kinds(&mut shop, &run), ASKED);
}

fn a_run_is_cancelled_while_its_code_is_fetched(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let begun = shop.pipe("begun");
    let script = format!("echo $$ > {}; sleep 1000", begun.display());
    let step = json!({"script": script, "shell": true});
    let steps = json!({"pull_steps": [{"prefect.deployments.steps.run_shell_script": step}]});
    let deployment = shop.deploy_with("slow", "exit 1", &steps);
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "--run-once");
    let process = fs::read_to_string(&begun).unwrap();
    shop.set_state(&run, "CANCELLING");
    assert!(worker.wait().success(), "{}", home.logged());
    assert_eq!(shop.read(&run)["state_type"], "CANCELLED");
    assert!(!is_running(process.trim()));
}

/// Nobody has asked its process to end: it is said of it that it has.
fn a_run_that_is_cancelled_directly_is_so_once(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let begun = shop.pipe("begun");
    let script = format!(
        "state RUNNING\necho $$ > {}\nexec sleep 1000",
        begun.display()
    );
    let deployment = shop.deploy("direct", &script);
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "--run-once");
    let process = fs::read_to_string(&begun).unwrap();
    let cancelled = json!({"state": {"type": "CANCELLED"}, "force": true});
    shop.post(&format!("/flow_runs/{run}/set_state"), &cancelled);
    assert!(worker.wait().success(), "{}", home.logged());
    assert!(!is_running(process.trim()));
    assert_eq!(
        kinds(&mut shop, &run),
        ["SCHEDULED", "PENDING", "RUNNING", "CANCELLED"]
    );
}

fn a_run_that_tells_itself_that_it_is_cancelled_is_so_once(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let begun = shop.pipe("begun");
    let script = format!(
        "trap 'state CANCELLED; exit 0' TERM\nstate RUNNING\necho > {}\nsleep 1000 & wait",
        begun.display()
    );
    let deployment = shop.deploy("polite", &script);
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "--run-once");
    fs::read(&begun).unwrap();
    shop.set_state(&run, "CANCELLING");
    assert!(worker.wait().success(), "{}", home.logged());
    assert_eq!(kinds(&mut shop, &run), ASKED);
}

/// Somebody says that it is cancelled while the worker is still ending it.
fn a_run_that_is_cancelled_while_it_is_ended_is_so_once(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let (begun, ending, go_on) = (shop.pipe("begun"), shop.pipe("ending"), shop.pipe("go-on"));
    let script = format!(
        "trap 'echo > {}; cat {} > /dev/null; exit 3' TERM\nstate RUNNING\necho > {}\nsleep 1000 & wait",
        ending.display(),
        go_on.display(),
        begun.display()
    );
    let deployment = shop.deploy("slow", &script);
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "--run-once");
    fs::read(&begun).unwrap();
    shop.set_state(&run, "CANCELLING");
    fs::read(&ending).unwrap();
    shop.set_state(&run, "CANCELLED");
    fs::write(&go_on, "").unwrap();
    assert!(worker.wait().success(), "{}", home.logged());
    assert_eq!(kinds(&mut shop, &run), ASKED);
}

/// No event tells of it: the worker finds out when it looks.
fn a_run_that_is_deleted_under_way_leaves_no_process(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let begun = shop.pipe("begun");
    let script = format!(
        "state RUNNING\necho $$ > {}\nexec sleep 1000",
        begun.display()
    );
    let deployment = shop.deploy("deleted", &script);
    let run = shop.run(&deployment);
    let settings = [("PREFECT_WORKER_CANCELLATION_POLL_SECONDS", "0.1")];
    let mut worker = Worker::start_with(home, &server, "--run-once", &settings);
    let process = fs::read_to_string(&begun).unwrap();
    let path = format!("/api/flow_runs/{run}");
    let deleted = server.connect().send("DELETE", &path, &[], b"").unwrap();
    assert_eq!(deleted.status, 204);
    assert!(worker.wait().success(), "{}", home.logged());
    assert!(!is_running(process.trim()));
    assert_eq!(server.connect().get(&path).unwrap().status, 404);
}
