//! A server that is asked to end under load answers what it has accepted, and ends well.

use std::sync::mpsc;
use std::thread;

use milliways_tests::dice::Dice;
use milliways_tests::http::Connection;
use milliways_tests::process::Home;

use super::writers::{self, RECOVERY, write_until_it_ends};

const ENDS: usize = 3;
/// A server answers fewer requests than this before it is asked to end, but for those that come at the same moment.
const ANSWERS: u64 = 100;

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
        let answers = dice.below(ANSWERS);
        let address = server.address();
        let (tell, told) = mpsc::channel();
        thread::scope(|scope| {
            for writer in &mut writers {
                let tell = tell.clone();
                scope.spawn(move || {
                    write_until_it_ends(&mut **writer, Connection::open(address), &tell);
                });
            }
            for _ in 0..answers {
                assert!(
                    told.recv_timeout(RECOVERY).is_ok(),
                    "nothing is acknowledged"
                );
            }
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
