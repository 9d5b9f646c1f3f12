//! How long calls take, one after the other on one connection to each server.

use std::fmt;
use std::time::{Duration, Instant};

use milliways_benches::connection::Connection;

use crate::Site;
use crate::calls::{self, Call};

/// How often each call is asked of a server at a time, and how many times it is its turn.
const TIMES: usize = 8;
const TURNS: usize = 5;
/// How often before that, each time: pages that everybody looks at are in memory.
const BEFORE: usize = 2;

/// What a call took.
pub(crate) struct Timing {
    pub(crate) what: &'static str,
    pub(crate) p50: Duration,
    pub(crate) p95: Duration,
}

impl fmt::Display for Timing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
        write!(out, "{:.1} / {:.1}", millis(self.p50), millis(self.p95))
    }
}

impl Timing {
    fn of(what: &'static str, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self {
            what,
            p50: times[times.len() / 2],
            p95: times[times.len() * 95 / 100],
        }
    }
}

/// Asks every call of two servers in turns: a machine that is slower for a while is so for both of them.
pub(crate) async fn measure(sites: [&Site; 2]) -> Vec<[Timing; 2]> {
    let [small, large] = sites;
    let mut connections = [
        Connection::open(small.address()).await,
        Connection::open(large.address()).await,
    ];
    let mut timings = Vec::new();
    for calls in std::iter::zip(calls::all(&small.objects), calls::all(&large.objects)) {
        let calls = [calls.0, calls.1];
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..TURNS {
            for (place, connection) in connections.iter_mut().enumerate() {
                let turn = ask(connection, &calls[place]).await;
                times[place].extend(turn);
            }
        }
        timings.push(times.map(|times| Timing::of(calls[0].what, times)));
    }
    timings
}

async fn ask(connection: &mut Connection, call: &Call) -> Vec<Duration> {
    let body = call.body.as_ref().map(ToString::to_string);
    let mut times = Vec::with_capacity(BEFORE + TIMES);
    for _ in 0..BEFORE + TIMES {
        let asked = Instant::now();
        connection
            .request(call.method, &call.path, body.as_deref())
            .await;
        times.push(asked.elapsed());
    }
    times.split_off(BEFORE)
}
