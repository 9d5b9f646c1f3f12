//! The API under load: requests of 64 connections, beside an empty handler and beside Prefect's server.
//!
//! `cargo xtask bench http`. Our server is the executable that `MILLIWAYS_BIN` names (default:
//! `target/release/milliways`), on embedded SQLite with full durability. Prefect's is the one of the environment
//! that `MILLIWAYS_BENCH_PREFECT` names (a `python`; default: `.venv-prefect`); it is left out where there is none.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that meets an error has no result"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "http/connection.rs"]
mod connection;
#[path = "http/server.rs"]
mod server;

use std::net::SocketAddr;
use std::path::PathBuf;

use connection::Connection;
use milliways_benches::{Measured, measure_async, report};
use serde_json::{Value, json};
use server::Server;

/// Connections that each wait for their answer before they ask again.
const CONNECTIONS: usize = 64;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    if arguments
        .get(1)
        .is_some_and(|argument| argument == "--empty-handler")
    {
        runtime.block_on(server::empty_handler());
        return;
    }
    let scale: usize = arguments
        .get(1)
        .and_then(|argument| argument.parse().ok())
        .unwrap_or(10_000);
    runtime.block_on(run(scale));
}

async fn run(scale: usize) {
    let floor = {
        let server = Server::empty_handler().await;
        requests("an empty handler", server.address, scale * 2).await
    };
    let binary = std::env::var_os("MILLIWAYS_BIN")
        .map_or_else(|| PathBuf::from("target/release/milliways"), PathBuf::from);
    let ours = {
        let server = Server::milliways(&binary).await;
        workload("milliways", server.address, scale).await
    };
    let mut alone = vec![floor.clone()];
    alone.extend(ours.iter().cloned());
    report(&format!("{CONNECTIONS} connections"), "request", &alone);
    let python = std::env::var_os("MILLIWAYS_BENCH_PREFECT")
        .map_or_else(|| PathBuf::from(".venv-prefect/bin/python"), PathBuf::from);
    let theirs = if python.exists() {
        let server = Server::prefect(&python.with_file_name("prefect")).await;
        workload("prefect", server.address, (scale / 40).max(CONNECTIONS)).await
    } else {
        println!("Prefect left out: {} is not there", python.display());
        Vec::new()
    };
    report("the same of Prefect", "request", &theirs);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        println!(
            "  {:<58} {:>6.0} times Prefect",
            ours.what,
            ours.rate() / theirs.rate()
        );
    }
}

/// `count` requests that do nothing.
async fn requests(what: &str, address: SocketAddr, count: usize) -> Measured {
    let work = each_connection(count, |connection, _| {
        Box::pin(async move {
            connection.request("POST", "/", Some("{}")).await;
        })
    });
    measure_async(what, count as u64, work_on(address, work)).await
}

/// Creating runs, moving them to RUNNING and COMPLETED, reading 200 of them.
async fn workload(name: &str, address: SocketAddr, runs: usize) -> Vec<Measured> {
    let mut connection = Connection::open(address).await;
    let flow = connection
        .request("POST", "/api/flows/", Some(r#"{"name": "bench"}"#))
        .await;
    let flow: Value = serde_json::from_slice(&flow).unwrap();
    let body = json!({"flow_id": flow["id"]}).to_string();

    let ids = std::sync::Arc::new(std::sync::Mutex::new(Vec::with_capacity(runs)));
    let kept = ids.clone();
    let create = each_connection(runs, move |connection, _| {
        let (body, kept) = (body.clone(), kept.clone());
        Box::pin(async move {
            let made = connection
                .request("POST", "/api/flow_runs/", Some(&body))
                .await;
            let made: Value = serde_json::from_slice(&made).unwrap();
            kept.lock()
                .unwrap()
                .push(made["id"].as_str().unwrap().to_owned());
        })
    });
    let created = measure_async(
        &format!("{name}: create a flow run"),
        runs as u64,
        work_on(address, create),
    )
    .await;

    let ids = std::sync::Arc::new(std::mem::take(&mut *ids.lock().unwrap()));
    let set = each_connection(runs, move |connection, number| {
        let path = format!("/api/flow_runs/{}/set_state", ids[number]);
        Box::pin(async move {
            for kind in ["RUNNING", "COMPLETED"] {
                let answer = connection
                    .request(
                        "POST",
                        &path,
                        Some(&json!({"state": {"type": kind}}).to_string()),
                    )
                    .await;
                assert!(
                    answer.windows(8).any(|part| part == b"\"ACCEPT\""),
                    "{}",
                    String::from_utf8_lossy(&answer)
                );
            }
        })
    });
    let set = measure_async(
        &format!("{name}: set_state"),
        (runs * 2) as u64,
        work_on(address, set),
    )
    .await;

    let reads = (runs / 10).max(CONNECTIONS);
    let filter = each_connection(reads, |connection, _| {
        Box::pin(async move {
            let body = r#"{"sort": "START_TIME_DESC", "limit": 200}"#;
            connection
                .request("POST", "/api/flow_runs/filter", Some(body))
                .await;
        })
    });
    let read = measure_async(
        &format!("{name}: filter, 200 flow runs"),
        reads as u64,
        work_on(address, filter),
    )
    .await;
    vec![created, set, read]
}

type BoxFuture<'a> = std::pin::Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
type Work = Vec<Box<dyn FnOnce(Connection) -> BoxFuture<'static> + Send>>;

/// `count` pieces of work, spread over the connections.
fn each_connection<F>(count: usize, work: F) -> Work
where
    F: for<'c> Fn(&'c mut Connection, usize) -> BoxFuture<'c> + Clone + Send + 'static,
{
    (0..CONNECTIONS)
        .map(|first| {
            let work = work.clone();
            Box::new(move |mut connection: Connection| {
                Box::pin(async move {
                    for number in (first..count).step_by(CONNECTIONS) {
                        work(&mut connection, number).await;
                    }
                }) as BoxFuture<'static>
            }) as Box<dyn FnOnce(Connection) -> BoxFuture<'static> + Send>
        })
        .collect()
}

async fn work_on(address: SocketAddr, work: Work) {
    let mut clients = tokio::task::JoinSet::new();
    for work in work {
        clients.spawn(async move { work(Connection::open(address).await).await });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
}
