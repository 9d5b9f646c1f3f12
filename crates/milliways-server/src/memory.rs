//! Memory that the start took and nobody needs any more.

/// Gives it back to the system. The routes say what the API document says of them while they are put together: some ten
/// megabytes that are free after that, but below what is kept, so that the allocator would hold them for ever.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "the allocator of the C library is only asked through it"
)]
pub(crate) fn give_back() {
    // SAFETY: it takes no pointer, and any thread may call it at any time.
    unsafe { libc::malloc_trim(0) };
}

/// Other allocators give back what is free by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
