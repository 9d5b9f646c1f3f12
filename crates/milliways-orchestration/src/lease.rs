//! Whether a lease is over.

use std::time::Duration;

use milliways_model::Timestamp;

/// What is to be done about a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseVerdict {
    /// Its holder has it until then, or until it renews it. None: until it is released.
    Held {
        /// When to look again.
        until: Option<Timestamp>,
    },
    /// Its holder has lost it: what it held is given back, and its attempt is over.
    Over,
}

/// Judges a lease that ends at `expires` unless it is renewed.
///
/// While no server was up nobody could renew, so that `server_started` gives every lease one whole
/// `ttl` again: a holder that outlived the outage has had time to say so.
pub fn lease_verdict(
    expires: Option<Timestamp>,
    ttl: Duration,
    server_started: Timestamp,
    now: Timestamp,
) -> LeaseVerdict {
    let Some(expires) = expires else {
        return LeaseVerdict::Held { until: None };
    };
    let end = expires.max(server_started + ttl);
    if end <= now {
        LeaseVerdict::Over
    } else {
        LeaseVerdict::Held { until: Some(end) }
    }
}
