//! Names of states that rules give or look for, beside the types' own.

pub(crate) const AWAITING_CONCURRENCY_SLOT: &str = "AwaitingConcurrencySlot";
pub(crate) const AWAITING_RETRY: &str = "AwaitingRetry";
pub(crate) const CACHED: &str = "Cached";
pub(crate) const LATE: &str = "Late";
pub(crate) const NOT_READY: &str = "NotReady";
pub(crate) const RERUNNING: &str = "Rerunning";
pub(crate) const RESUMING: &str = "Resuming";
pub(crate) const RETRYING: &str = "Retrying";
pub(crate) const SUSPENDED: &str = "Suspended";
