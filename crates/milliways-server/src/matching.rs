//! Whether an event or a log line passes a filter: pure, the same for live subscribers and for what the
//! store only narrows down.

mod event;
mod glob;
mod log;

pub(crate) use event::EventMatcher;
pub(crate) use log::LogMatcher;
