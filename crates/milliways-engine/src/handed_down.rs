//! The claim that a worker hands down to the process which it starts for a run, so that both keep one lease.

use std::sync::atomic::{AtomicBool, Ordering};

use milliways_model::FlowRunId;

/// The variable in which it is: the run's id, a slash, and the epoch.
const VARIABLE: &str = "MILLIWAYS__ATTEMPT";

/// The epoch under which the worker has claimed that run, once: who continues the run after that claims it anew.
pub(crate) fn take(run: FlowRunId) -> Option<i64> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    let epoch = read(&std::env::var(VARIABLE).ok()?, run)?;
    (!TAKEN.swap(true, Ordering::Relaxed)).then_some(epoch)
}

/// Whether that attempt is the one which a worker has claimed.
pub(crate) fn is(run: FlowRunId, epoch: i64) -> bool {
    let handed = std::env::var(VARIABLE).ok();
    handed.and_then(|text| read(&text, run)) == Some(epoch)
}

fn read(text: &str, run: FlowRunId) -> Option<i64> {
    let (id, epoch) = text.split_once('/')?;
    (id.parse() == Ok(run)).then_some(())?;
    epoch.parse().ok().filter(|epoch| *epoch > 0)
}

#[cfg(test)]
mod tests {
    use milliways_model::FlowRunId;

    use super::read;

    #[test]
    fn only_that_run_is_handed_down() {
        let run: FlowRunId = "01890000-0000-7000-8000-000000000001".parse().unwrap();
        assert_eq!(read(&format!("{run}/3"), run), Some(3));
        for text in ["", "/3", "x/3", "01890000-0000-7000-8000-000000000002/3"] {
            assert_eq!(read(text, run), None, "{text}");
        }
        assert_eq!(read(&format!("{run}/0"), run), None);
    }
}
