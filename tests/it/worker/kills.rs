//! Workers that are killed: their runs are told of by the server, and what they leave is ended by the next worker.

use std::fs;

use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker, is_running};
use serde_json::json;

use super::{kinds, on_both, until_logged};

on_both! {
    what_a_killed_worker_leaves_is_told_of_and_ended
}

/// One run is under way, another one is claimed and waits for its time: nobody renews their leases any more.
fn what_a_killed_worker_leaves_is_told_of_and_ended(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let begun = shop.pipe("begun");
    let script = format!(
        "state RUNNING\nsetsid sh -c 'echo $$ > {0}/far; exec sleep 1000' &\n\
         while [ ! -s {0}/far ]; do :; done\necho \"$$ $(cat {0}/far)\" > {1}\nexec sleep 1000",
        shop.folder().display(),
        begun.display()
    );
    let deployment = shop.deploy("forsaken", &script);
    let run = shop.run(&deployment);
    let in_a_while = milliways_model::time::Clock::now(&milliways_model::time::SystemClock)
        .plus_seconds(1_800.0);
    let later =
        json!({"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": in_a_while}}});
    let later = shop.post(
        &format!("/deployments/{deployment}/create_flow_run"),
        &later,
    );
    let later = later["id"].as_str().unwrap().to_owned();

    let worker = Worker::start(home, &server, "--prefetch-seconds 3600");
    let processes = fs::read_to_string(&begun).unwrap();
    let processes: Vec<&str> = processes.split_whitespace().collect();
    assert_eq!(processes.len(), 2);
    while shop.read(&later)["state_type"] != "PENDING" {
        std::thread::yield_now();
    }
    worker.signal("KILL");
    drop(worker);

    for run in [&run, &later] {
        let ended = shop.end_of(home, run);
        assert_eq!(ended["state_type"], "CRASHED");
        let message = ended["state"]["message"].as_str().unwrap();
        assert!(message.contains("was not heard of"), "{message}");
    }
    assert_eq!(
        kinds(&mut shop, &run),
        ["SCHEDULED", "PENDING", "RUNNING", "CRASHED"]
    );
    assert_eq!(
        kinds(&mut shop, &later),
        ["SCHEDULED", "PENDING", "CRASHED"]
    );
    // A process need not end with its worker: one with an engine would have kept the run.
    assert!(processes.iter().all(|process| is_running(process)));

    let grace = [("MILLIWAYS_WORKER_GRACE_SECONDS", "0.2")];
    let mut next = Worker::start_with(home, &server, "", &grace);
    while processes.iter().any(|process| is_running(process)) {
        std::thread::yield_now();
    }
    until_logged(
        home,
        "what a worker that is gone has left of an ended run is ended",
    );
    next.signal("TERM");
    assert!(next.wait().success(), "{}", home.logged());
}
