//! Options that do not exist, or not for this function.

use milliways::{flow, task};

#[task(retry = 3)] //~ a task has no option `retry`; there are: name, run_name, version, tags, retries
fn misspelt() {}

#[flow(cache)] //~ a flow has no option `cache`
fn kept() {}

#[task(retry_delay = "soon")] //~ expected a length of time: "250ms", "1m30s", 2.5 (seconds)
fn soon() {}

#[task(timeout = "1s")] //~ a synchronous task can't be stopped from outside: make it `async`
fn patient() {}

#[task(skip(other))] //~ the task has no argument `other`
fn skipping(one: u32) {
    let _ = one;
}

#[task(cache)] //~ the results of a generic task can't be kept
fn generic<T: Clone + Send + 'static>(value: T) -> T {
    value
}
