//! Waiting without `async`: for synchronous programs.

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, Runtime, RuntimeFlavor};

use crate::{Error, Result};

/// Waits for a future that needs no runtime: a channel, a run that is under way elsewhere.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// The same for as long as that; `None` where it takes longer.
pub(crate) fn wait_at_most<F: Future>(future: F, longest: Duration) -> Option<F::Output> {
    let began = Instant::now();
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        thread::park_timeout(longest.checked_sub(began.elapsed())?);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future of any kind, in the runtime that is here, else in the process's own.
pub(crate) fn run<F: Future>(future: F) -> Result<F::Output> {
    match Handle::try_current() {
        Ok(here) if here.runtime_flavor() == RuntimeFlavor::MultiThread => {
            Ok(tokio::task::block_in_place(|| here.block_on(future)))
        }
        Ok(_) => Err(Error::InsideRuntime),
        Err(_) => Ok(own()?.block_on(future)),
    }
}

/// The runtime that is here, else the process's own.
pub(crate) fn runtime() -> Result<Handle> {
    match Handle::try_current() {
        Ok(here) => Ok(here),
        Err(_) => Ok(own()?.handle().clone()),
    }
}

fn own() -> Result<&'static Runtime> {
    static OWN: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = OWN.get() {
        return Ok(runtime);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    // Where another thread was quicker, its runtime is the one, and this one ends.
    Ok(OWN.get_or_init(|| runtime))
}
