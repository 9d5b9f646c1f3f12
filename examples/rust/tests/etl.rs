//! Runs the ETL example where no server is configured, and looks at what the server of the home shows afterwards.

use std::process::Command;

use milliways_tests::process::{Home, executable};
use serde_json::json;

/// Worked out by hand: a day is the lowest temperature and 0 to 23 degrees above it, which is 11.5 in the mean. On the
/// summit that makes -120 in 240 hours; without the hour of -7 it is -113 in 239.
const SUMMARY: &str = "\
station,readings,mean,highest
harbour,240,21.50,33.0
airport,240,19.50,31.0
summit,239,-0.47,11.0
";

#[test]
fn the_example_gives_what_was_worked_out_by_hand_and_is_recorded() {
    let home = Home::sqlite();
    let output = Command::new(env!("CARGO_BIN_EXE_etl"))
        .arg(home.path())
        .env("HOME", home.path())
        .env("MILLIWAYS_HOME", home.path())
        .env("MILLIWAYS_BIN", executable())
        .output()
        .expect("the example runs");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), SUMMARY);

    // A full server takes over from the local one, and shows what ran before.
    let server = home.start();
    let mut connection = server.connect();
    let mut all = |path: &str| {
        let reply = connection.post(path, &json!({})).expect("an answer");
        reply.json().as_array().cloned().unwrap_or_default()
    };
    let flow_runs = all("/api/flow_runs/filter");
    assert_eq!(flow_runs.len(), 2);
    for run in &flow_runs {
        assert_eq!(run["state_name"], "Completed", "{run}");
    }
    let task_runs = all("/api/task_runs/filter");
    // 30 extracts, and for each station a check and a summary, and what stands for the subflow.
    assert_eq!(task_runs.len(), 37);
    let of_name = |name: &str| task_runs.iter().find(|run| run["name"] == name);
    let retried = of_name("extract-airport-2").expect("it ran");
    assert_eq!(retried["run_count"], 2, "{retried}");
    let logs = all("/api/logs/filter");
    let says = |text: &str| logs.iter().any(|log| log["message"] == text);
    assert!(says("a sensor was broken dropped=1"), "{logs:?}");
    assert!(says("3 stations are summarised"), "{logs:?}");
}
