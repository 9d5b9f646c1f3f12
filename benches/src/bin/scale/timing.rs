//! How long calls take, one after the other on one connection.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use milliways_benches::connection::Connection;

use crate::calls;
use crate::objects::Objects;

/// How often each call is asked.
const TIMES: usize = 40;
/// How often before that: pages that everybody looks at are in memory.
const BEFORE: usize = 3;

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

/// Asks every call.
pub(crate) async fn measure(address: SocketAddr, objects: &Objects) -> Vec<Timing> {
    let mut connection = Connection::open(address).await;
    let mut timings = Vec::new();
    for call in calls::all(objects) {
        let body = call.body.map(|body| body.to_string());
        let mut times = Vec::with_capacity(TIMES);
        for number in 0..BEFORE + TIMES {
            let asked = Instant::now();
            connection
                .request(call.method, &call.path, body.as_deref())
                .await;
            if number >= BEFORE {
                times.push(asked.elapsed());
            }
        }
        times.sort_unstable();
        timings.push(Timing {
            what: call.what,
            p50: times[TIMES / 2],
            p95: times[TIMES * 95 / 100],
        });
    }
    timings
}
