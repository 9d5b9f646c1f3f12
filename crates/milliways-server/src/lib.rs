//! The HTTP edge: extractors, middleware, routes, streams, the embedded web page.
//!
//! It owns what is said on the wire and how much of it is listened to: limits, authentication, shapes of
//! errors, WebSockets, the API document. It owns no rule and no SQL: a handler extracts, acts on a
//! [`milliways_storage::Scope`], responds.
//!
//! The way of a request: a connection (`server/connection.rs`) hands it to the edge (`edge.rs`), which checks
//! who is asking and how much is sent, reads the body, and passes it to the routes (`routes.rs`). Whatever
//! comes back goes out through the edge again, which renders problems and counts.
//!
//! To add a resource: its types in `milliways-model`, its methods on the store's `Scope`, a file
//! `routes/<resource>.rs` that exports `routes()`, and one line in `routes.rs`. The test of the inventory
//! and the test against Prefect's API document see it from then on.

mod app;
mod bodies;
mod config;
mod csrf;
mod docs;
mod edge;
mod event_search;
mod extract;
mod hub;
mod json;
mod lifecycle;
pub mod log;
mod matching;
mod memory;
mod metrics;
mod openapi;
mod problem;
mod routes;
mod server;
mod shown_settings;
mod stream;
mod ui;

pub use config::{Limits, ServerConfig, Streams};
pub use openapi::{openapi, openapi_json};
pub use server::{ServeError, Server, serve};
