//! Settings of Prefect's worker: honoured here, or named as without effect.

use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker};
use serde_json::json;

use super::on_both;

on_both! {
    what_a_worker_is_set_to_is_honoured_or_named
    runs_are_taken_as_early_as_is_set
}

fn what_a_worker_is_set_to_is_honoured_or_named(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let deployment = shop.deploy("short", "exit 3");
    let run = shop.run(&deployment);
    let settings = [
        ("PREFECT_WORKER_HEARTBEAT_SECONDS", "7"),
        ("PREFECT_WORKER_CANCELLATION_POLL_SECONDS", "1"),
        ("PREFECT_WORKER_DEBUG_MODE", "true"),
        ("PREFECT_WORKER_ENABLE_CANCELLATION", "true"),
    ];
    let mut worker = Worker::start_with(home, &server, "--run-once", &settings);
    assert!(worker.wait().success(), "{}", home.logged());
    assert_eq!(shop.read(&run)["state_type"], "CRASHED");
    let workers = shop.post("/work_pools/shop/workers/filter", &json!({}));
    assert_eq!(workers[0]["heartbeat_interval_seconds"], 7);
    let logged = home.logged();
    // What only somebody who looks for faults wants to know.
    assert!(logged.contains("the run's end is reported"), "{logged}");
    let ignored: Vec<&str> = logged
        .lines()
        .filter(|line| line.contains("a setting of Prefect has no effect here"))
        .collect();
    assert_eq!(ignored.len(), 1, "{logged}");
    assert!(
        ignored[0].contains("PREFECT_WORKER_ENABLE_CANCELLATION"),
        "{logged}"
    );
}

fn runs_are_taken_as_early_as_is_set(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let deployment = shop.deploy("early", "state RUNNING\nstate COMPLETED");
    let mut at = |seconds: f64| {
        let due = milliways_model::time::Clock::now(&milliways_model::time::SystemClock)
            .plus_seconds(seconds);
        let state =
            json!({"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": due}}});
        let run = shop.post(
            &format!("/deployments/{deployment}/create_flow_run"),
            &state,
        );
        run["id"].as_str().unwrap().to_owned()
    };
    let (soon, late) = (at(600.0), at(6_000.0));
    let settings = [("PREFECT_WORKER_PREFETCH_SECONDS", "1200")];
    let mut worker = Worker::start_with(home, &server, "", &settings);
    while shop.read(&soon)["state_type"] != "PENDING" {
        std::thread::yield_now();
    }
    assert_eq!(shop.read(&late)["state_type"], "SCHEDULED");
    // It was never started: another worker may have it.
    worker.signal("TERM");
    super::until_logged(home, "no more runs are taken");
    worker.signal("TERM");
    assert!(worker.wait().success(), "{}", home.logged());
    assert_eq!(shop.read(&soon)["state_type"], "SCHEDULED");
}
