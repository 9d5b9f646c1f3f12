//! A PostgreSQL server that ends all connections under load, or stands still: ours comes back by itself and has lost
//! nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use milliways_tests::dice::Dice;
use milliways_tests::http::Connection;
use milliways_tests::process::{Home, Server};

use super::writers::{self, RECOVERY, Writer};

const CUTS: usize = 10;
const FREEZES: usize = 3;

#[test]
fn a_server_that_loses_its_database_connections_comes_back() {
    let home = Home::postgres();
    let mut dice = Dice::new("cuts");
    let mut server = home.start();
    let mut writers = writers::all(&mut server.connect());
    under_load(&server, &mut writers, |load| {
        for _ in 0..CUTS {
            load.goes_on();
            // The moment of the cut is what is tested.
            thread::sleep(dice.between(Duration::ZERO, Duration::from_millis(100)));
            home.database.as_ref().unwrap().end_connections();
        }
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
fn reads_after_a_quiet_time_know_nothing_of_a_database_that_was_started_again() {
    let home = Home::postgres();
    let server = home.start();
    let mut connection = server.connect();
    for _ in 0..3 {
        // Whichever of its connections is asked.
        for _ in 0..20 {
            let read = connection.post("/api/flows/filter", &json!({})).unwrap();
            assert_eq!(read.status, 200, "{}", read.text());
        }
        home.database.as_ref().unwrap().end_connections();
    }
}

#[test]
fn a_database_that_stands_still_is_waited_for_and_health_is_told_meanwhile() {
    let home = Home::postgres();
    let server = home.start();
    let address = server.address();
    let database = home.database.as_ref().unwrap();
    let mut writers = writers::all(&mut server.connect());
    under_load(&server, &mut writers, |load| {
        for _ in 0..FREEZES {
            load.goes_on();
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
        }
        load.goes_on();
    });
    let mut connection = server.connect();
    for writer in &mut writers {
        writer.check(&mut connection);
    }
}

/// Writers at work.
struct Load {
    acknowledged: mpsc::Receiver<()>,
}

impl Load {
    /// Waits until a write is acknowledged that was not yet when this was asked.
    fn goes_on(&self) {
        while self.acknowledged.try_recv().is_ok() {}
        let told = self.acknowledged.recv_timeout(RECOVERY);
        assert!(told.is_ok(), "nothing is acknowledged any more");
    }
}

/// Does something while all writers write, over connections that they open again where they are hung up on.
fn under_load(server: &Server, writers: &mut [Box<dyn Writer>], work: impl FnOnce(&Load)) {
    let address = server.address();
    let is_over = AtomicBool::new(false);
    let (tell, acknowledged) = mpsc::channel();
    thread::scope(|scope| {
        for writer in writers {
            let (is_over, tell) = (&is_over, tell.clone());
            scope.spawn(move || {
                let mut connection = Connection::open(address).unwrap();
                while !is_over.load(Ordering::Relaxed) {
                    match writer.write(&mut connection) {
                        // Nobody may be listening any more.
                        Ok(()) => drop(tell.send(())),
                        Err(_) => connection = Connection::open(address).unwrap(),
                    }
                }
            });
        }
        // Whatever goes wrong, the writers have to end.
        let end = End(&is_over);
        work(&Load { acknowledged });
        drop(end);
    });
}

/// Ends the writers when it is dropped.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
