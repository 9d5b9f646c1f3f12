//! Runs that are cancelled leave nothing behind.

use std::fs;
use std::path::Path;

use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker};

/// A shell and a program of it that do not end when asked to, and one that has left their group and session: all are
/// gone when the run is Cancelled.
#[test]
fn a_cancelled_run_leaves_no_process() {
    let home = Home::sqlite().with("MILLIWAYS_WORKER_GRACE_SECONDS", "0.2");
    let server = home.start();
    let mut shop = Shop::open(&home, &server);
    let begun = shop.pipe("begun");
    let script = format!(
        "trap '' TERM\nstate RUNNING\nsleep 1000 &\nsetsid sh -c 'sleep 1000 & echo $! > {0}/far; sleep 1000' &\n\
         echo \"$$ $!\" > {1}\nwait",
        shop.folder().display(),
        begun.display()
    );
    let deployment = shop.deploy("stubborn", &script);
    let run = shop.run(&deployment);
    let _worker = Worker::start(&home, &server, "");
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
    let ended = shop.end_of(&home, &run);
    assert_eq!(ended["state_type"], "CANCELLED");
    let processes: Vec<&str> = processes.split_whitespace().collect();
    assert_eq!(processes.len(), 3);
    for process in processes {
        assert!(
            !Path::new("/proc").join(process).exists(),
            "{process} is left"
        );
    }
    let names = shop.states(&run);
    let names: Vec<_> = names
        .iter()
        .map(|state| state["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["Scheduled", "Pending", "Running", "Cancelling", "Cancelled"]
    );
}

#[test]
fn a_run_is_cancelled_while_its_code_is_fetched() {
    let home = Home::sqlite();
    let server = home.start();
    let mut shop = Shop::open(&home, &server);
    let begun = shop.pipe("begun");
    let script = format!("echo $$ > {}; sleep 1000", begun.display());
    let step = serde_json::json!({"script": script, "shell": true});
    let steps =
        serde_json::json!({"pull_steps": [{"prefect.deployments.steps.run_shell_script": step}]});
    let deployment = shop.deploy_with("slow", "exit 1", &steps);
    let run = shop.run(&deployment);
    let mut worker = Worker::start(&home, &server, "--run-once");
    let process = fs::read_to_string(&begun).unwrap();
    shop.set_state(&run, "CANCELLING");
    assert!(worker.wait().success(), "{}", home.logged());
    assert_eq!(shop.read(&run)["state_type"], "CANCELLED");
    assert!(!Path::new("/proc").join(process.trim()).exists());
}
