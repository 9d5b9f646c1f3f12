//! The executable as a person at a terminal meets it: every test runs the real binary in a home folder of its own.

mod completion;
mod config;
mod fake_server;
mod help;
mod home;
mod profile;
mod runs;
mod server;
mod version;
