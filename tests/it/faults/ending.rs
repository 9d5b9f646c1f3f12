//! A server that is asked to end under load answers what it has accepted, and ends well.

use std::thread;
use std::time::Duration;

use milliways_tests::dice::Dice;
use milliways_tests::http::Connection;
use milliways_tests::process::Home;

use super::writers::{self, write_until_it_ends};

const ENDS: usize = 3;

#[test]
fn a_server_that_is_asked_to_end_loses_nothing_sqlite() {
    end_under_load(&Home::sqlite());
}

#[test]
fn a_server_that_is_asked_to_end_loses_nothing_postgres() {
    end_under_load(&Home::postgres());
}

fn end_under_load(home: &Home) {
    let mut dice = Dice::new("ends");
    let mut server = home.start();
    let mut writers = writers::all(&mut server.connect());
    for _ in 0..ENDS {
        let delay = dice.between(Duration::from_millis(20), Duration::from_millis(150));
        let address = server.address();
        thread::scope(|scope| {
            for writer in &mut writers {
                scope.spawn(move || write_until_it_ends(&mut **writer, Connection::open(address)));
            }
            thread::sleep(delay);
            server.signal("TERM");
            assert!(server.wait().success(), "{}", home.logged());
        });
        server = home.start();
        let mut connection = server.connect();
        for writer in &mut writers {
            writer.check(&mut connection);
        }
    }
}

/// A request is accepted once its first bytes are read: it is answered although the wish to end came before its rest.
#[test]
fn a_request_under_way_is_answered() {
    let home = Home::sqlite();
    let mut server = home.start();
    let mut slow = server.connect();
    let body = r#"{"name": "late"}"#;
    let head = format!(
        "POST /api/flows/ HTTP/1.1\r\nhost: {}\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        server.address(),
        body.len()
    );
    slow.write(head.as_bytes()).unwrap();
    // The server asks for the rest: it has begun to read the request.
    let mut go_on = [0; 25];
    slow.read(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.signal("TERM");
    slow.write(body.as_bytes()).unwrap();
    assert_eq!(slow.answer().unwrap().status, 201);
    assert!(slow.is_closed());
    assert!(server.wait().success(), "{}", home.logged());
    let again = home.start();
    assert_eq!(
        again.connect().get("/api/flows/name/late").unwrap().status,
        200
    );
}
