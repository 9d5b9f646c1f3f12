//! `milliways flow`, `flow-run`, `task-run` and `api`: what is asked of the server, and what is printed of its answers.

use serde_json::{Value, json};

use crate::fake_server::FakeServer;
use crate::home::Home;

const FLOW: &str = "11111111-1111-4111-8111-111111111111";
const RUN: &str = "22222222-2222-4222-8222-222222222222";
const TASK: &str = "33333333-3333-4333-8333-333333333333";

fn at(second: u32) -> String {
    format!("2026-01-02T03:04:{second:02}.000000Z")
}

fn state(kind: &str, name: &str, second: u32, message: Option<&str>) -> Value {
    json!({
        "id": "44444444-4444-4444-8444-444444444444", "type": kind, "name": name, "timestamp": at(second),
        "message": message, "data": null, "state_details": {},
    })
}

fn flow() -> Value {
    json!({"id": FLOW, "created": at(0), "updated": at(0), "name": "ETL Pipeline", "tags": ["etl", "daily"], "labels": {}})
}

fn flow_run() -> Value {
    json!({
        "id": RUN, "created": at(0), "updated": at(9), "name": "brave-otter", "flow_id": FLOW,
        "state_type": "FAILED", "state_name": "Failed", "run_count": 1, "parameters": {"n": 3},
        "expected_start_time": at(1), "start_time": at(2), "end_time": at(9), "total_run_time": 7.0,
        "estimated_run_time": 7.0, "estimated_start_time_delta": 1.0, "tags": ["etl"],
        "state": state("FAILED", "Failed", 9, Some("Flow run encountered an exception: ValueError: no")),
    })
}

fn task_run() -> Value {
    json!({
        "id": TASK, "created": at(0), "updated": at(5), "name": "extract-0", "flow_run_id": RUN, "task_key": "extract-ab12",
        "dynamic_key": "0", "state_type": "COMPLETED", "state_name": "Completed", "run_count": 1,
        "flow_run_run_count": 1, "expected_start_time": at(2), "start_time": at(2), "end_time": at(5),
        "total_run_time": 3.0, "estimated_run_time": 3.0, "estimated_start_time_delta": 0.0, "tags": [],
        "task_inputs": {}, "empirical_policy": {}, "state": state("COMPLETED", "Completed", 5, None),
    })
}

fn log(second: u32, level: i32, message: &str) -> Value {
    json!({
        "id": format!("55555555-5555-4555-8555-5555555555{second:02}"), "created": at(second), "updated": at(second),
        "name": "prefect.flow_runs", "level": level, "message": message, "timestamp": at(second),
        "flow_run_id": RUN, "task_run_id": null,
    })
}

fn server() -> FakeServer {
    let run_path = "GET /flow_runs/22222222-2222-4222-8222-222222222222";
    FakeServer::start(vec![
        ("POST /flows/filter", 200, json!([flow()])),
        ("POST /flow_runs/filter", 200, json!([flow_run()])),
        (run_path, 200, flow_run()),
        (
            "DELETE /flow_runs/22222222-2222-4222-8222-222222222222",
            204,
            Value::Null,
        ),
        (
            "POST /flow_runs/22222222-2222-4222-8222-222222222222/set_state",
            200,
            json!({
                "status": "ABORT", "state": state("FAILED", "Failed", 9, None),
                "details": {"type": "abort_details", "reason": "This run has already terminated."},
            }),
        ),
        (
            "GET /flow_run_states/?flow_run_id=22222222-2222-4222-8222-222222222222",
            200,
            json!([
                state("PENDING", "Pending", 1, None),
                state("RUNNING", "Running", 2, None),
                state(
                    "FAILED",
                    "Failed",
                    9,
                    Some("Flow run encountered an exception: ValueError: no")
                ),
            ]),
        ),
        ("POST /task_runs/filter", 200, json!([task_run()])),
        (
            "GET /task_runs/33333333-3333-4333-8333-333333333333",
            200,
            task_run(),
        ),
        (
            "POST /logs/filter",
            200,
            json!([log(2, 20, "hello"), log(3, 40, "red \u{1b}[31malert")]),
        ),
        ("GET /health", 200, json!(true)),
    ])
}

fn user(server: &FakeServer) -> Home {
    Home::new().with("MILLIWAYS_API_URL", server.url())
}

#[test]
fn lists_are_tables() {
    let server = server();
    insta::assert_snapshot!(user(&server).session(&[
        "flow ls",
        "flow-run ls --state Failed --state-type failed --flow-name ETL",
        "task-run ls --limit 3",
        "flow ls --output json",
        "flow-run ls --state-type broken",
    ]));
}

#[test]
fn options_become_filters() {
    let server = server();
    user(&server).run("flow-run ls --state Failed --state-type failed --flow-name ETL --limit 7");
    let asked = server.asked();
    let expected = json!({
        "sort": "EXPECTED_START_TIME_DESC",
        "flow_runs": {"state": {"name": {"any_": ["Failed"]}, "type": {"any_": ["FAILED"]}}},
        "flows": {"name": {"any_": ["ETL"]}},
        "limit": 7,
        "offset": 0,
    });
    assert_eq!(
        asked.first(),
        Some(&("POST /flow_runs/filter".to_owned(), expected))
    );
}

#[test]
fn one_run_is_shown_whole() {
    let server = server();
    insta::assert_snapshot!(user(&server).session(&[
        &format!("flow-run inspect {RUN}"),
        "flow-run inspect brave-otter",
        &format!("task-run inspect {TASK}"),
        "task-run inspect brave-otter",
    ]));
}

#[test]
fn logs_are_printed_without_commanding_the_terminal() {
    let server = server();
    insta::assert_snapshot!(user(&server).session(&[
        &format!("flow-run logs {RUN}"),
        &format!("flow-run logs {RUN} --follow"),
        &format!("flow-run logs {RUN} -h -t"),
        &format!("task-run logs {TASK} --reverse -n 1 -o json"),
    ]));
}

#[test]
fn watching_ends_with_the_run() {
    let server = server();
    insta::assert_snapshot!(user(&server).session(&[&format!("flow-run watch {RUN}")]));
}

#[test]
fn what_ended_cannot_be_cancelled_but_deleted() {
    let server = server();
    insta::assert_snapshot!(user(&server).session(&[
        &format!("flow-run cancel {RUN}"),
        &format!("flow-run delete {RUN}"),
        "flow-run delete 66666666-6666-4666-8666-666666666666",
    ]));
}

#[test]
fn any_request_can_be_made() {
    let server = server();
    let home = user(&server);
    std::fs::write(home.path().join("body.json"), r#"{"limit": 1}"#).expect("written");
    insta::assert_snapshot!(home.session(&[
        "api GET /health",
        "api post flows/filter --data @body.json",
        "api GET /nothing",
        "api FETCH /health",
        "api POST /flows/filter --data {",
        "api GET /health -H X-Team",
    ]));
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let home = Home::new()
        .with("MILLIWAYS_API_URL", "http://127.0.0.1:1/api")
        .with("MILLIWAYS_CLIENT_MAX_RETRIES", "0");
    insta::assert_snapshot!(home.session(&["flow ls", "server status"]));
    let nowhere = Home::new().with("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false");
    insta::assert_snapshot!(nowhere.session(&["flow ls", "server status", "server stop"]));
}

#[test]
fn the_status_of_a_server_elsewhere_is_asked_there() {
    let server = server();
    let port = server.url().rsplit(':').next().expect("a port").to_owned();
    assert_eq!(
        user(&server).run("server status").replace(&port, "PORT"),
        "server   up\naddress  http://127.0.0.1:PORT\n"
    );
}
