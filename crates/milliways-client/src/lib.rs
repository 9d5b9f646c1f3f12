//! Typed REST and WebSocket client of the API, over TCP, TLS and Unix sockets.
//!
//! [`Client`] makes requests and repeats them where an answer invites it; `api` has a method for each route, in a
//! file for each resource; [`Subscription`] follows logs and events; `local` finds or starts the server of a home
//! folder. [`blocking::Client`] is for callers without a runtime. It owns no rules about runs.
//!
//! To add a route: a method on [`Client`] in the file of its resource below `api/`.

mod address;
mod api;
pub mod blocking;
mod client;
mod config;
mod csrf;
mod error;
mod local;
mod request;
mod retry;
mod stream;
mod subscribe;
mod tls;

#[cfg(test)]
mod tests;

pub use address::Address;
pub use api::{
    Filters, FlowQuery, FlowRunQuery, JournalPost, LogQuery, Page, ScheduledRunsQuery, TaskRunQuery,
};
pub use client::Client;
pub use config::{Config, Local, Target};
pub use error::{Error, Result};
pub use hyper::Method;
pub use request::{Answer, Request};
pub use subscribe::Subscription;
