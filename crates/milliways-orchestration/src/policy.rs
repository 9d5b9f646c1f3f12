//! Which pieces judge a transition, and in which order.

mod flow_run;
mod task_run;

use crate::piece::Piece;
use crate::run::RunId;
use crate::transition::Policy;

/// The pieces of a policy, in the order of entry.
pub(crate) const fn pieces(policy: Policy) -> &'static [&'static Piece] {
    match policy {
        Policy::CoreFlow => flow_run::CORE,
        Policy::MinimalFlow => flow_run::MINIMAL,
        Policy::MarkLate => flow_run::MARK_LATE,
        Policy::CoreTask => task_run::CORE,
        Policy::ClientSideTask => task_run::CLIENT_SIDE,
        Policy::BackgroundTask => task_run::BACKGROUND,
        Policy::MinimalTask => task_run::MINIMAL,
    }
}

/// The pieces that follow those of every policy.
pub(crate) const fn global(run: RunId) -> &'static [&'static Piece] {
    match run {
        RunId::Flow(_) => flow_run::GLOBAL,
        RunId::Task(_) => task_run::GLOBAL,
    }
}
