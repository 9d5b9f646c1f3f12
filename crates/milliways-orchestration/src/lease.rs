//! Whether a lease is over.

use std::time::Duration;

use milliways_model::{RetryType, State, StateType, Timestamp};

use crate::run::Run;
use crate::state_names::AWAITING_RETRY;

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

/// Whether a flow run in such a state has a process that may be missed. One that waits to be started,
/// or has left its process on purpose, has none.
pub fn has_process(run: &Run, state: &State) -> bool {
    match state.kind {
        StateType::Pending | StateType::Running | StateType::Cancelling => true,
        StateType::Scheduled => {
            let retry = run.flow_policy().and_then(|policy| policy.retry_type);
            state.name == AWAITING_RETRY && retry != Some(RetryType::Reschedule)
        }
        StateType::Paused => !state.state_details.pause_reschedule,
        _ => false,
    }
}
