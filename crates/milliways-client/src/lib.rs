//! Typed REST and WebSocket client of the API, over TCP, TLS and Unix sockets.
//!
//! [`Client`] makes requests and repeats them where an answer invites it; `api` has a method for each route, in a
//! file for each resource; [`subscribe`] follows logs and events; [`local`] finds or starts the server of a home
//! folder. [`blocking::Client`] is for callers without a runtime. It owns no rules about runs.
//!
//! To add a route: a method on [`Client`] in the file of its resource below `api/`.

mod address;
mod config;
mod error;

pub use address::Address;
pub use config::{Config, Local, Target};
pub use error::{Error, Result};
