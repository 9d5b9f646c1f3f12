//! What others do to a run: cancel it on the server, schedule it, start it by a worker.

use std::time::Duration;

use milliways::{AssignedRun, Error, FlowRun, Result, StateType, assigned_run, flow, task};
use milliways_tests::http::Connection;
use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::scenario::{PART, block_on, is_part, play};

#[task]
fn step() {}

#[task]
async fn forever() {
    std::future::pending::<()>().await;
}

#[task]
async fn unreached() {
    tokio::task::yield_now().await;
    panic!("the flow is cancelled");
}

#[flow(retries = 3)]
async fn endless() -> Result<()> {
    cancel_here();
    let _beside = forever().submit();
    forever().await?;
    unreached().await
}

#[flow(retries = 3)]
fn dogged() -> Result<()> {
    cancel_here();
    while !FlowRun::current().expect("a flow run").is_cancelled() {
        step().run()?;
        // With its acknowledgement it is heard.
        assert!(milliways::flush(Duration::from_secs(30)));
    }
    step().run()
}

#[test]
fn a_flow_that_is_cancelled_on_the_server_is_dropped_where_it_waits() {
    let mut recorded = play(
        "outside::a_flow_that_is_cancelled_on_the_server_is_dropped_where_it_waits",
        || {
            let ended = block_on(async { endless().outcome().await }).expect("a run");
            assert!(matches!(
                ended.result,
                Err(Error::Cancelled { name: "endless" })
            ));
            assert_eq!(ended.state.kind, StateType::Cancelled);
        },
    );
    let runs = recorded.flow_runs();
    assert_eq!(
        recorded.states(&runs[0]),
        ["Pending", "Running", "Cancelling", "Cancelled"]
    );
    let tasks = recorded.task_runs();
    assert_eq!(tasks.len(), 2);
    for task in tasks {
        assert_eq!(task["state_type"], "CANCELLED", "{task}");
    }
}

#[test]
fn a_synchronous_flow_that_is_cancelled_calls_no_more_tasks() {
    let mut recorded = play(
        "outside::a_synchronous_flow_that_is_cancelled_calls_no_more_tasks",
        || {
            assert!(matches!(
                dogged().run(),
                Err(Error::Cancelled { name: "dogged" })
            ));
        },
    );
    let runs = recorded.flow_runs();
    assert_eq!(
        recorded.states(&runs[0]),
        ["Pending", "Running", "Cancelling", "Cancelled"]
    );
}

#[derive(Deserialize)]
struct Arguments {
    day: String,
}

#[flow(name = "report")]
async fn report(day: String) -> Result<usize> {
    step().await?;
    Ok(day.len())
}

#[test]
fn a_run_that_the_server_has_is_continued() {
    let mut recorded = play("outside::a_run_that_the_server_has_is_continued", || {
        let flow = post("/api/flows/", &json!({"name": "report"}));
        let run = json!({
            "flow_id": flow["id"], "name": "brave-otter", "parameters": {"day": "monday"},
            "state": {"type": "PENDING"},
        });
        let id = post("/api/flow_runs/", &run)["id"]
            .as_str()
            .expect("an id")
            .parse()
            .expect("an id");
        let run = AssignedRun::read(id).expect("the run");
        assert_eq!((run.name(), run.flow_name()), ("brave-otter", "report"));
        let Arguments { day } = run.parameters().expect("its arguments");
        assert!(run.parameters::<Vec<u32>>().is_err());
        let ended = block_on(async { report(day).continuing(run).outcome().await }).expect("a run");
        assert_eq!((ended.id, ended.name.as_str()), (id, "brave-otter"));
        assert_eq!(ended.result.expect("a value"), 6);
    });
    let runs = recorded.flow_runs();
    assert_eq!(runs.len(), 1);
    assert_eq!(
        (&runs[0]["state_type"], &runs[0]["run_count"]),
        (&json!("COMPLETED"), &json!(1))
    );
    assert_eq!(recorded.task_runs().len(), 1);
}

#[test]
fn a_worker_starts_a_program_for_a_run_sqlite() {
    start_by_a_worker(
        "outside::a_worker_starts_a_program_for_a_run_sqlite",
        Home::sqlite,
    );
}

#[test]
fn a_worker_starts_a_program_for_a_run_postgres() {
    start_by_a_worker(
        "outside::a_worker_starts_a_program_for_a_run_postgres",
        Home::postgres,
    );
}

/// The test of that name, started by a worker as the program of a run.
fn start_by_a_worker(name: &str, home: fn() -> Home) {
    if is_part() {
        let run = assigned_run().expect("the server answers").expect("a run");
        let Arguments { day } = run.parameters().expect("its arguments");
        let value = block_on(async { report(day).continuing(run).await });
        assert_eq!(value.expect("a value"), 7);
        assert!(milliways::flush(Duration::from_secs(30)));
        return;
    }
    let home = home();
    let server = home.start();
    let mut shop = Shop::open(&home, &server);
    let program = std::env::current_exe().expect("this test");
    let command = format!("{} {name} --exact --nocapture", program.display());
    let variables = json!({"job_variables": {"command": command, "env": {PART: "1"}}});
    let deployment = shop.deploy_with("report", "", &variables);
    let path = format!("/deployments/{deployment}/create_flow_run");
    let run = shop.post(&path, &json!({"parameters": {"day": "tuesday"}}));
    let run = run["id"].as_str().expect("an id").to_owned();
    let mut worker = Worker::start(&home, &server, "--run-once");
    assert!(worker.wait().success(), "{}", home.logged());
    let ended = shop.read(&run);
    assert_eq!(ended["state_type"], "COMPLETED", "{}", shop.logs(&run));
    assert_eq!(ended["run_count"], 1);
}

/// Cancels the flow run of the present code, once the server has it.
fn cancel_here() {
    let run = FlowRun::current().expect("a flow run").id();
    assert!(milliways::flush(Duration::from_secs(30)));
    let path = format!("/api/flow_runs/{run}/set_state");
    let answer = post(&path, &json!({"state": {"type": "CANCELLING"}}));
    assert_eq!(answer["status"], "ACCEPT", "{answer}");
}

fn post(path: &str, body: &Value) -> Value {
    let url = std::env::var("MILLIWAYS_API_URL").expect("the server");
    let address = url.trim_start_matches("http://").trim_end_matches("/api");
    let mut connection =
        Connection::open(address.parse().expect("an address")).expect("it listens");
    connection.post(path, body).expect("an answer").json()
}
