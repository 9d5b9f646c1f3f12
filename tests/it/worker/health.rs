//! Health checks over the wire: whether the worker still reaches its server.

use std::net::SocketAddr;

use milliways_tests::http::Connection;
use milliways_tests::process::Home;
use milliways_tests::worker::{Shop, Worker};

use super::on_both;

on_both! {
    health_is_told_while_the_server_is_away_and_when_it_is_back
}

/// Looks so often that thirty looks are soon missed.
const SETTINGS: [(&str, &str); 3] = [
    ("PREFECT_WORKER_QUERY_SECONDS", "0.02"),
    ("PREFECT_WORKER_WEBSERVER_HOST", "127.0.0.1"),
    ("PREFECT_WORKER_WEBSERVER_PORT", "0"),
];

fn health_is_told_while_the_server_is_away_and_when_it_is_back(home: &Home) {
    let mut server = home.start();
    let _shop = Shop::open(home, &server);
    let mut worker = Worker::start_with(home, &server, "--with-healthcheck", &SETTINGS);
    let told = worker.says("health checks are answered at");
    let address = told.split("http://").nth(1).unwrap();
    let address: SocketAddr = address
        .trim()
        .strip_suffix("/health")
        .unwrap()
        .parse()
        .unwrap();
    until(address, 200);
    // It is there, and answers nobody.
    server.signal("STOP");
    until(address, 503);
    server.signal("CONT");
    until(address, 200);
    server.kill();
    until(address, 503);
    worker.signal("TERM");
    assert!(worker.wait().success(), "{}", home.logged());
}

/// Asks until the answer is as wanted; it never is anything but well or ill.
fn until(address: SocketAddr, wanted: u16) {
    loop {
        let reply = Connection::open(address).unwrap().get("/health").unwrap();
        match reply.status {
            status if status == wanted => return,
            200 | 503 => std::thread::yield_now(),
            other => panic!("{other}: {}", reply.text()),
        }
    }
}
