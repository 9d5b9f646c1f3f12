//! Where the code of a run comes from.

use std::fs;
use std::path::Path;
use std::process::Command;

use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker};
use serde_json::{Value, json};

use super::on_both;

on_both! {
    steps_lead_to_the_code
    a_repository_is_cloned
    a_step_that_fails_is_told_of_without_its_secret
    a_step_that_nobody_knows_is_named
}

/// Runs a script after pull steps: how the run ends, its log, and what the script has left in `seen`.
fn run(home: &Home, prepare: impl FnOnce(&Path) -> Value) -> (Value, String, String) {
    let server = home.start();
    let mut shop = Shop::open(home, &server);
    let seen = shop.folder().join("seen");
    let steps = prepare(shop.folder());
    let script = format!(
        "cat flow.txt > {}\npwd >> {0}\nstate RUNNING\nstate COMPLETED",
        seen.display()
    );
    let deployment = shop.deploy_with("pulled", &script, &json!({"pull_steps": steps}));
    let run = shop.run(&deployment);
    let mut worker = Worker::start(home, &server, "--run-once");
    assert!(worker.wait().success(), "{}", home.logged());
    let seen = fs::read_to_string(seen).unwrap_or_default();
    (shop.read(&run), shop.logs(&run), seen)
}

fn steps_lead_to_the_code(home: &Home) {
    let (run, log, seen) = run(home, |folder| {
        json!([
            {"prefect.deployments.steps.set_working_directory": {"directory": folder}},
            {"prefect.deployments.steps.run_shell_script": {
                "id": "make", "script": "mkdir inner\necho inner", "stream_output": true,
            }},
            {"prefect.deployments.steps.run_shell_script": {
                "script": "echo \"$WHAT of {{ make.stdout }}\" > flow.txt", "directory": "{{ make.stdout }}",
                "env": {"WHAT": "code"}, "shell": true,
            }},
            {"prefect.deployments.steps.set_working_directory": {"directory": "{{ make.stdout }}"}},
        ])
    });
    assert_eq!(run["state_type"], "COMPLETED", "{log}");
    assert!(
        seen.starts_with("code of inner\n") && seen.trim().ends_with("/inner"),
        "{seen}"
    );
    assert!(log.contains("runs pull step 4"), "{log}");
}

fn a_repository_is_cloned(home: &Home) {
    let (run, log, seen) = run(home, |folder| {
        let origin = folder.join("origin");
        fs::create_dir(&origin).unwrap();
        fs::write(origin.join("flow.txt"), "from git\n").unwrap();
        for line in ["init --quiet", "add .", "commit --quiet --message code"] {
            let done = Command::new("git")
                .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
                .args(line.split(' '))
                .current_dir(&origin)
                .status();
            assert!(done.unwrap().success());
        }
        let address = format!("file://{}", origin.display());
        json!([{"prefect.deployments.steps.git_clone": {
            "repository": address, "clone_directory_name": "copy",
        }}])
    });
    assert_eq!(run["state_type"], "COMPLETED", "{log}");
    assert!(
        seen.starts_with("from git\n") && seen.trim().ends_with("/copy"),
        "{seen}"
    );
}

fn a_step_that_fails_is_told_of_without_its_secret(home: &Home) {
    let (run, log, _) = run(home, |folder| {
        let address = format!("file://{}/nothing", folder.display());
        json!([{"prefect.deployments.steps.git_clone": {
            "repository": address, "access_token": "s3cret",
        }}])
    });
    assert_eq!(run["state_type"], "CRASHED");
    assert!(log.contains("pull step `git_clone`: git failed"), "{log}");
    assert!(!log.contains("s3cret"), "{log}");
}

fn a_step_that_nobody_knows_is_named(home: &Home) {
    let (run, log, _) = run(
        home,
        |_| json!([{"prefect_aws.deployments.steps.pull_from_s3": {"bucket": "b"}}]),
    );
    assert_eq!(run["state_type"], "CRASHED");
    let message = run["state"]["message"].as_str().unwrap();
    assert!(
        message.contains("`prefect_aws.deployments.steps.pull_from_s3`"),
        "{message}"
    );
    assert!(log.contains("is not one that this worker can run"), "{log}");
}
