//! The states of a flow run are strictly ordered in time.
//!
//! A state that would be no later than the current one is moved to the microsecond after it. That
//! is more than uniqueness: a clock that steps back can't reorder a run's history.

use std::time::Duration;

use crate::context::Context;
use crate::piece::Piece;

/// See the module.
pub(crate) const UNIQUE_TIMESTAMP: Piece = Piece::transform("unique_timestamp").before(before);

fn before(cx: &mut Context<'_>) {
    if let (Some(initial), Some(proposed)) = (&cx.initial, &mut cx.proposed)
        && proposed.timestamp <= initial.timestamp
    {
        proposed.timestamp = initial.timestamp + Duration::from_micros(1);
    }
}
