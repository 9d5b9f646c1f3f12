//! A PostgreSQL server that ends all connections under load, or stands still: ours comes back by itself and has lost
//! nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use milliways_tests::dice::Dice;
use milliways_tests::http::Connection;
use milliways_tests::process::Home;

use super::writers::{self, RECOVERY};

const CUTS: usize = 10;

#[test]
fn a_server_that_loses_its_database_connections_comes_back() {
    let home = Home::postgres();
    let mut dice = Dice::new("cuts");
    let mut server = home.start();
    let address = server.address();
    let mut writers = writers::all(&mut server.connect());
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for writer in &mut writers {
            let is_over = &is_over;
            scope.spawn(move || {
                let mut connection = Connection::open(address).unwrap();
                while !is_over.load(Ordering::Relaxed) {
                    if writer.write(&mut connection).is_err() {
                        // Whoever can't be answered may also be hung up on.
                        connection = Connection::open(address).unwrap();
                    }
                }
            });
        }
        for _ in 0..CUTS {
            thread::sleep(dice.between(Duration::from_millis(20), Duration::from_millis(150)));
            home.database.as_ref().unwrap().end_connections();
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let mut connection = server.connect();
    let start = Instant::now();
    for writer in &mut writers {
        while let Err(error) = writer.write(&mut connection) {
            assert!(start.elapsed() < RECOVERY, "{error}\n{}", home.logged());
        }
        writer.check(&mut connection);
    }
    assert_eq!(connection.get("/api/ready").unwrap().status, 200);
    server.signal("TERM");
    assert!(server.wait().success());
}

#[test]
fn a_database_that_stands_still_is_waited_for_and_health_is_told_meanwhile() {
    let home = Home::postgres();
    let server = home.start();
    let address = server.address();
    let database = home.database.as_ref().unwrap();
    let mut writers = writers::all(&mut server.connect());
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for writer in &mut writers {
            let is_over = &is_over;
            scope.spawn(move || {
                let mut connection = Connection::open(address).unwrap();
                while !is_over.load(Ordering::Relaxed) {
                    if writer.write(&mut connection).is_err() {
                        connection = Connection::open(address).unwrap();
                    }
                }
            });
        }
        for _ in 0..3 {
            let frozen = database.freeze();
            let asked = Instant::now();
            let healthy = Connection::open(address)
                .unwrap()
                .get("/api/health")
                .unwrap();
            assert_eq!(healthy.status, 200);
            assert!(
                asked.elapsed() < Duration::from_secs(5),
                "health waits for nobody"
            );
            // How long it stands still is what is tested.
            thread::sleep(Duration::from_millis(700));
            drop(frozen);
            thread::sleep(Duration::from_millis(100));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let mut connection = server.connect();
    for writer in &mut writers {
        writer.check(&mut connection);
    }
}
