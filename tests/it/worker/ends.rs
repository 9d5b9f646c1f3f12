//! Workers that are asked to end.

use std::fs;

use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker};

use super::{on_both, until_logged};

on_both! {
    a_worker_that_is_asked_to_end_waits_for_its_runs
    a_worker_that_is_asked_twice_ends_its_runs_and_says_so
}

fn a_worker_that_is_asked_to_end_waits_for_its_runs(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let (begun, go_on) = (shop.pipe("begun"), shop.pipe("go-on"));
    let script = format!(
        "state RUNNING\necho > {}\ncat {} > /dev/null\nstate COMPLETED",
        begun.display(),
        go_on.display()
    );
    let deployment = shop.deploy("patient", &script);
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "");
    fs::read(&begun).unwrap();
    worker.signal("TERM");
    until_logged(home, "no more runs are taken");
    let late = shop.run(&deployment);
    fs::write(&go_on, "").unwrap();
    assert!(worker.wait().success(), "{}", home.logged());
    assert_eq!(shop.read(&run)["state_type"], "COMPLETED");
    assert_eq!(shop.read(&late)["state_type"], "SCHEDULED");
}

fn a_worker_that_is_asked_twice_ends_its_runs_and_says_so(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let begun = shop.pipe("begun");
    let script = format!("state RUNNING\necho > {}\nexec sleep 1000", begun.display());
    let deployment = shop.deploy("endless", &script);
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "");
    fs::read(&begun).unwrap();
    worker.signal("TERM");
    until_logged(home, "no more runs are taken");
    worker.signal("TERM");
    assert!(worker.wait().success(), "{}", home.logged());
    let ended = shop.read(&run);
    assert_eq!(ended["state_type"], "CRASHED");
    let message = ended["state"]["message"].as_str().unwrap();
    assert!(
        message.contains("worker was stopped") && message.contains("SIGTERM"),
        "{message}"
    );
}
