//! Which runs are started, when, and how often.

use std::collections::BTreeMap;
use std::fs;

use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker};
use serde_json::{Value, json};

use super::on_both;

on_both! {
    a_run_is_started_with_what_it_asks_for
    no_more_runs_than_allowed_are_under_way
    two_workers_start_no_run_twice
    a_worker_that_runs_once_ends_after_what_it_found
    a_pool_is_made_only_where_that_is_wanted
}

fn a_run_is_started_with_what_it_asks_for(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let place = shop.folder().join("seen");
    let script = format!(
        "echo \"$PREFECT__DEPLOYMENT_NAME $A $B $PWD $PREFECT__FLOW_ENTRYPOINT\" > {}\nstate RUNNING\nstate COMPLETED",
        place.display()
    );
    fs::create_dir(shop.folder().join("code")).unwrap();
    let code = shop.folder().join("code");
    let command = format!("sh {}", shop.folder().join("seen.sh").display());
    let fields = json!({
        "path": code, "entrypoint": "flows.py:etl",
        "job_variables": {"command": command, "env": {"A": "a", "B": "{{ prefect.variables.b }}"}},
    });
    shop.post(
        "/variables/",
        &json!({"name": "b", "value": "of the workspace"}),
    );
    let deployment = shop.deploy_with("seen", &script, &fields);
    let _worker = Worker::start(home, &server, "--name clerk");
    let run = shop.run(&deployment);
    let ended = shop.end_of(home, &run);
    assert_eq!(ended["state_type"], "COMPLETED", "{}", shop.logs(&run));
    let seen = fs::read_to_string(place).unwrap();
    let code = code.canonicalize().unwrap();
    assert_eq!(
        seen.trim(),
        format!("seen a of the workspace {} flows.py:etl", code.display())
    );
    assert_eq!(ended["labels"]["prefect.worker.name"], "clerk");
    assert!(ended["infrastructure_pid"].as_str().unwrap().contains(':'));
    let workers = shop.post("/work_pools/shop/workers/filter", &json!({}));
    assert_eq!(workers[0]["status"], "ONLINE");
    assert_eq!(
        names(&shop.states(&run)),
        ["Scheduled", "Pending", "Running", "Completed"]
    );
}

fn no_more_runs_than_allowed_are_under_way(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let (begun, go_on) = (shop.pipe("begun"), shop.pipe("go-on"));
    let script = format!(
        "state RUNNING\necho > {}\ncat {} > /dev/null\nstate COMPLETED",
        begun.display(),
        go_on.display()
    );
    let deployment = shop.deploy("one", &script);
    let runs = [shop.run(&deployment), shop.run(&deployment)];
    let mut worker = Worker::start(home, &server, "--limit 1");
    fs::read(&begun).unwrap();
    let kinds = runs
        .each_ref()
        .map(|run| shop.read(run)["state_type"].clone());
    assert!(
        kinds.contains(&json!("RUNNING")) && kinds.contains(&json!("SCHEDULED")),
        "{kinds:?}"
    );
    fs::write(&go_on, "").unwrap();
    fs::read(&begun).unwrap();
    fs::write(&go_on, "").unwrap();
    let mut ended: Vec<Value> = runs.iter().map(|run| shop.end_of(home, run)).collect();
    ended.sort_by_key(|run| run["start_time"].to_string());
    assert!(
        ended[0]["end_time"].as_str() <= ended[1]["start_time"].as_str(),
        "{ended:?}"
    );
    worker.signal("TERM");
    assert!(worker.wait().success(), "{}", home.logged());
}

fn two_workers_start_no_run_twice(home: &Home) {
    const RUNS: usize = 20;
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let place = shop.folder().join("started");
    let script = format!(
        "echo $PREFECT__FLOW_RUN_ID >> {}\nstate RUNNING\nstate COMPLETED",
        place.display()
    );
    let deployment = shop.deploy("shared", &script);
    let workers = ["a", "b"].map(|name| Worker::start(home, &server, &format!("--name {name}")));
    let runs: Vec<String> = (0..RUNS).map(|_| shop.run(&deployment)).collect();
    for run in &runs {
        assert_eq!(
            shop.end_of(home, run)["state_type"],
            "COMPLETED",
            "{}",
            shop.logs(run)
        );
        let states = names(&shop.states(run));
        assert_eq!(states, ["Scheduled", "Pending", "Running", "Completed"]);
    }
    drop(workers);
    let mut counts = BTreeMap::new();
    for line in fs::read_to_string(place).unwrap().lines() {
        *counts.entry(line.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), RUNS);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
}

fn a_worker_that_runs_once_ends_after_what_it_found(home: &Home) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let deployment = shop.deploy("once", "state RUNNING\nstate COMPLETED");
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "--run-once");
    assert!(worker.wait().success(), "{}", home.logged());
    assert_eq!(shop.read(&run)["state_type"], "COMPLETED");
    let mut idle = Worker::start(home, &server, "--run-once");
    assert!(idle.wait().success());
}

fn a_pool_is_made_only_where_that_is_wanted(home: &Home) {
    let server = home.start();
    let mut refused = Worker::start(home, &server, "--run-once --no-create-pool-if-not-found");
    assert!(!refused.wait().success());
    assert!(
        home.logged().contains("there is no work pool `shop`"),
        "{}",
        home.logged()
    );
    let mut made = Worker::start(home, &server, "--run-once --type process");
    assert!(made.wait().success(), "{}", home.logged());
    let pool = server.connect().get("/api/work_pools/shop").unwrap().json();
    assert_eq!(pool["type"], "process");
    assert!(pool["base_job_template"]["job_configuration"]["command"].is_string());
}

fn names(states: &[Value]) -> Vec<String> {
    let names = states.iter().map(|state| state["name"].as_str());
    names.map(|name| name.unwrap().to_owned()).collect()
}
