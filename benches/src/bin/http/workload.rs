//! What is asked of a server: the calls that clients make most.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use milliways_benches::connection::Connection;
use milliways_benches::load::{Keep, Load, Next, Request, drive};
use milliways_benches::server::{Kind, Place, Server};

use crate::rows::{self, ROWS};

/// An operation under so many connections.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) connections: usize,
    pub(crate) load: Load,
}

/// Every operation, under each number of connections.
pub(crate) async fn run(
    server: &Server,
    place: &Place,
    connections: &[usize],
    time: Duration,
) -> Vec<Row> {
    let address = server.address;
    let flow = flow(address).await;
    let mut rows = Vec::new();
    for &connections in connections {
        let mut push = |what, load| {
            rows.push(Row {
                what,
                connections,
                load,
            });
        };
        let ask = |next: Next, keep: Keep| drive(address, connections, time, next, keep);
        push("health", ask(health(), ignore()).await);

        let ids = Arc::new(Mutex::new(Vec::new()));
        let load = ask(create_flow_run(&flow), keep_ids(&ids)).await;
        push("create a flow run", load);

        let ids: Arc<Vec<String>> = Arc::new(ids.lock().unwrap().drain(..).collect());
        push("set_state", ask(set_state(&ids), accepted()).await);
        let load = ask(create_task_run(&ids), ignore()).await;
        push("create a task run", load);
    }
    match (server.kind, place.database_url()) {
        (Kind::Prefect, None) => rows::copy_in_file(&place.home().join("prefect.db")),
        (Kind::Prefect, Some(url)) => rows::copy_in_database(&url).await,
        _ => create_flow_runs(&flow, address).await,
    }
    for &connections in connections {
        let load = drive(address, connections, time, filter(), whole_page()).await;
        rows.push(Row {
            what: FILTER,
            connections,
            load,
        });
    }
    rows
}

/// Requests that do nothing.
pub(crate) async fn nothing(
    address: SocketAddr,
    connections: &[usize],
    time: Duration,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for &connections in connections {
        let next: Next = Arc::new(|_| post("/".to_owned(), "{}".to_owned()));
        let load = drive(address, connections, time, next, ignore()).await;
        rows.push(Row {
            what: "nothing",
            connections,
            load,
        });
    }
    rows
}

const FILTER: &str = "filter 200 of 20,000 flow runs";

async fn flow(address: SocketAddr) -> String {
    let mut connection = Connection::open(address).await;
    let made = connection
        .request("POST", "/api/flows/", Some(r#"{"name": "bench"}"#))
        .await;
    let made: Value = serde_json::from_slice(made).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// Creates runs through the API until there are as many as are filtered.
async fn create_flow_runs(flow: &str, address: SocketAddr) {
    let create = create_flow_run(flow);
    let next: Next = Arc::new(move |number| (number < ROWS).then(|| create(number)).flatten());
    drive(address, 64, Duration::from_mins(2), next, ignore()).await;
}

fn health() -> Next {
    Arc::new(|_| {
        Some(Request {
            method: "GET",
            path: "/api/health".to_owned(),
            body: None,
        })
    })
}

fn create_flow_run(flow: &str) -> Next {
    let body = json!({"flow_id": flow}).to_string();
    Arc::new(move |_| post("/api/flow_runs/".to_owned(), body.clone()))
}

/// RUNNING, then COMPLETED, of each run.
fn set_state(ids: &Arc<Vec<String>>) -> Next {
    let ids = ids.clone();
    Arc::new(move |number| {
        // All are started before the first one is ended, so that no two requests race about a run.
        let (kind, id) = match ids.get(number) {
            Some(id) => ("RUNNING", id),
            None => ("COMPLETED", ids.get(number.checked_sub(ids.len())?)?),
        };
        let body = json!({"state": {"type": kind}}).to_string();
        post(format!("/api/flow_runs/{id}/set_state"), body)
    })
}

fn create_task_run(ids: &Arc<Vec<String>>) -> Next {
    let ids = ids.clone();
    Arc::new(move |number| {
        let body = json!({
            "flow_run_id": ids[number % ids.len()],
            "task_key": "bench",
            "dynamic_key": number.to_string(),
            "name": "bench",
        });
        post("/api/task_runs/".to_owned(), body.to_string())
    })
}

fn filter() -> Next {
    let body = r#"{"sort": "START_TIME_DESC", "limit": 200}"#.to_owned();
    Arc::new(move |_| post("/api/flow_runs/filter".to_owned(), body.clone()))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it is what an operation asks next"
)]
fn post(path: String, body: String) -> Option<Request> {
    Some(Request {
        method: "POST",
        path,
        body: Some(body),
    })
}

fn ignore() -> Keep {
    Arc::new(|_| ())
}

fn keep_ids(ids: &Arc<Mutex<Vec<String>>>) -> Keep {
    let ids = ids.clone();
    Arc::new(move |answer| {
        let made: Value = serde_json::from_slice(answer).unwrap();
        let id = made["id"].as_str().unwrap().to_owned();
        ids.lock().unwrap().push(id);
    })
}

fn accepted() -> Keep {
    Arc::new(|answer| {
        assert!(
            answer.windows(8).any(|part| part == b"\"ACCEPT\""),
            "{}",
            String::from_utf8_lossy(answer)
        );
    })
}

fn whole_page() -> Keep {
    Arc::new(|answer| {
        // The length says that it is a page of 200 without the cost of reading it.
        assert!(answer.len() > 100_000, "{} bytes", answer.len());
    })
}
