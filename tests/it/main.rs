//! Everything that crosses crates, in one binary.
#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

mod api;
mod doctor;
mod faults;
mod services;
mod storage;
mod worker;
