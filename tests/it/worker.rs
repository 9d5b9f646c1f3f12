//! The worker as a process, with processes as runs: on a real server, from the outside.

mod cancels;
mod code;
mod crashes;
mod ends;
mod starts;
