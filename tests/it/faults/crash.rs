//! A server that is killed at any moment keeps everything that it has acknowledged.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use milliways_tests::dice::Dice;
use milliways_tests::http::Connection;
use milliways_tests::process::{Home, Server};

use crate::doctor::broken;

use super::writers::{self, RECOVERY, Writer, write_until_it_ends};

/// How many kills a change runs.
const KILLS: usize = 30;
/// Another number of them, for a long run.
const KILLS_VARIABLE: &str = "MILLIWAYS_TEST_KILLS";
/// Every so many kills one comes while the server starts.
const EARLY: usize = 8;
/// A server answers fewer requests than this before it is killed, but for those that come at the same moment.
const ANSWERS: u64 = 60;

#[test]
fn a_killed_server_keeps_what_it_has_acknowledged_sqlite() {
    kill_again_and_again(&Home::sqlite());
}

#[test]
fn a_killed_server_keeps_what_it_has_acknowledged_postgres() {
    kill_again_and_again(&Home::postgres());
}

fn kill_again_and_again(home: &Home) {
    let kills = std::env::var(KILLS_VARIABLE).map_or(KILLS, |text| text.parse().unwrap());
    let mut dice = Dice::new("kills");
    let mut server = home.start();
    let mut writers = writers::all(&mut server.connect());
    for round in 1..=kills {
        // The moment of the kill: after so many answers, and so much time.
        let answers = dice.below(ANSWERS);
        let delay = dice.between(Duration::ZERO, Duration::from_millis(30));
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
            thread::sleep(delay);
            server.kill();
        });
        if round % EARLY == 0 {
            assert_eq!(broken(&home.run("server doctor -o json")), [""; 0]);
            let mut unlucky = home.begin();
            thread::sleep(dice.between(Duration::ZERO, Duration::from_millis(60)));
            unlucky.kill();
        }
        server = home.start();
        check(&mut writers, &server);
    }
    for writer in &mut writers {
        writer.forget_looks();
    }
    check(&mut writers, &server);
    let counts: Vec<usize> = writers.iter().map(|writer| writer.acknowledged()).collect();
    server.kill();
    assert_eq!(broken(&home.run("server doctor -o json")), [""; 0]);
    let all: usize = counts.iter().sum();
    tell(kills, all, &counts);
    // Otherwise nothing was shown.
    assert!(all >= 4 * kills, "{counts:?}");
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

/// One that looks for long may use connections of its own meanwhile, and a server closes what is idle.
fn check(writers: &mut [Box<dyn Writer>], server: &Server) {
    for writer in writers {
        writer.check(&mut server.connect());
    }
}

#[expect(
    clippy::print_stderr,
    reason = "what a long run has shown is its result"
)]
fn tell(kills: usize, all: usize, counts: &[usize]) {
    eprintln!("{kills} kills, {all} acknowledged requests: {counts:?}");
}
