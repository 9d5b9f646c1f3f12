//! Processes that end without having ended their run.

use std::fs;

use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker, signal};

use super::{end_of, on_both};

on_both! {
    a_process_that_is_killed_is_told_with_its_signal
    a_process_that_gives_up_is_told_with_its_code
    a_run_that_has_ended_does_not_end_twice
    a_run_that_waits_is_left_alone
    a_process_that_somebody_kills_is_told_of
    a_command_that_is_not_there_is_told_of
}

fn a_process_that_is_killed_is_told_with_its_signal(home: &Home) {
    let (kind, message, log) = end_of(home, "state RUNNING\necho the last words\nkill -KILL $$");
    assert_eq!(kind, "CRASHED");
    assert!(message.contains("signal 9 (SIGKILL)"), "{message}");
    assert!(log.contains("the last words"), "{log}");
}

fn a_process_that_gives_up_is_told_with_its_code(home: &Home) {
    let (kind, message, log) = end_of(home, "echo no such module >&2\nexit 3");
    assert_eq!(kind, "CRASHED");
    assert!(message.contains("exit code 3"), "{message}");
    assert!(log.contains("no such module"), "{log}");
}

fn a_run_that_has_ended_does_not_end_twice(home: &Home) {
    let (kind, _, _) = end_of(home, "state RUNNING\nstate FAILED\nkill -SEGV $$");
    assert_eq!(kind, "FAILED");
}

fn a_run_that_waits_is_left_alone(home: &Home) {
    let (kind, _, _) = end_of(home, "state RUNNING\nstate PAUSED");
    assert_eq!(kind, "PAUSED");
}

/// What is killed from outside is noticed as soon as what ends by itself.
fn a_process_that_somebody_kills_is_told_of(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let begun = shop.pipe("begun");
    let script = format!(
        "state RUNNING\necho $$ > {}\nexec sleep 1000",
        begun.display()
    );
    let deployment = shop.deploy("victim", &script);
    let run = shop.run(&deployment);
    let _worker = Worker::start(home, &server, "");
    let process = fs::read_to_string(&begun).unwrap();
    signal("KILL", process.trim());
    let ended = shop.end_of(home, &run);
    assert_eq!(ended["state_type"], "CRASHED");
    let message = ended["state"]["message"].as_str().unwrap();
    assert!(message.contains("signal 9 (SIGKILL)"), "{message}");
}

fn a_command_that_is_not_there_is_told_of(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let command = serde_json::json!({"job_variables": {"command": "/nowhere/at-all"}});
    let deployment = shop.deploy_with("nowhere", "", &command);
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "--run-once");
    assert!(worker.wait().success(), "{}", home.logged());
    let message = shop.read(&run)["state"]["message"].to_string();
    assert!(
        message.contains("/nowhere/at-all can't be started"),
        "{message}"
    );
}
