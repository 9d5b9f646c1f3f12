//! Processes of workers that are gone: whoever started them can't end them any more.

use std::collections::HashMap;
use std::time::Duration;

use milliways_model::FlowRunId;
use rustix::process::{Pid, Signal, getpid, kill_process};

use super::processes::{Marked, identity, marked};
use super::{ATTEMPT, WORKER};

/// How often it is looked whether what was asked to end has.
const ROUND: Duration = Duration::from_millis(50);

/// What is left of an attempt at a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leftover {
    pub(crate) run: FlowRunId,
    attempt: String,
    worker: String,
}

/// Attempts whose worker is gone and whose processes are not. `environment`: what all of our own processes are started
/// with; what was started with something else is another server's.
pub(crate) fn leftovers(environment: &[(String, String)]) -> Vec<Leftover> {
    let mut found: HashMap<String, Leftover> = HashMap::new();
    for process in marked(ATTEMPT) {
        let is_ours = environment
            .iter()
            .all(|(name, value)| process.value(name) == Some(value));
        if let Some(left) = leftover(&process).filter(|_| is_ours) {
            found.insert(left.attempt.clone(), left);
        }
    }
    found
        .into_values()
        .filter(|left| !is_alive(&left.worker))
        .collect()
}

/// Asks what is left of attempts to end, and kills after `grace` what has not.
pub(crate) async fn end_leftovers(leftovers: &[Leftover], grace: Duration) {
    signal(leftovers, Signal::TERM);
    let deadline = tokio::time::Instant::now() + grace;
    while !processes(leftovers).is_empty() && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(ROUND).await;
    }
    // What is started while others are killed is found by the next look.
    signal(leftovers, Signal::KILL);
}

fn leftover(process: &Marked) -> Option<Leftover> {
    let attempt = process.value(ATTEMPT)?;
    let (run, _) = attempt.split_once('/')?;
    Some(Leftover {
        run: run.parse().ok()?,
        attempt: attempt.to_owned(),
        worker: process.value(WORKER)?.to_owned(),
    })
}

/// Whether the process of this identity is there. One that is not readable is nobody's.
fn is_alive(worker: &str) -> bool {
    let number = worker.split('.').next().unwrap_or_default();
    let pid = number.parse().ok().and_then(Pid::from_raw);
    pid.and_then(identity).as_deref() == Some(worker)
}

fn processes(leftovers: &[Leftover]) -> Vec<Pid> {
    let is_left = |process: &Marked| {
        let left = leftover(process);
        left.is_some_and(|left| leftovers.contains(&left)) && process.pid != getpid()
    };
    let all = marked(ATTEMPT);
    let left = all.iter().filter(|process| is_left(process));
    left.map(|process| process.pid).collect()
}

fn signal(leftovers: &[Leftover], signal: Signal) {
    for pid in processes(leftovers) {
        // It may have ended already.
        let _ = kill_process(pid, signal);
    }
}
