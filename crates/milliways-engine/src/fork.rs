//! Notices that the process is the child of a fork: threads, locks and random numbers of the parent are not its own.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

static GENERATION: AtomicU32 = AtomicU32::new(0);
static REGISTERED: Once = Once::new();

/// How many forks lie between the process that first asked and this one. Costs no system call.
pub(crate) fn generation() -> u32 {
    REGISTERED.call_once(register);
    GENERATION.load(Ordering::Relaxed)
}

#[expect(
    unsafe_code,
    reason = "the C library's hook is the only notice of a fork that needs no system call for each look"
)]
fn register() {
    // SAFETY: the handler only adds to an atomic number, which is allowed between fork and exec. It lives as long
    // as the program does.
    let result = unsafe { libc::pthread_atfork(None, None, Some(count)) };
    debug_assert_eq!(
        result, 0,
        "registering a fork handler only fails without memory"
    );
}

extern "C" fn count() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}
