//! A whole server on a real socket and a real file: requests, bounds, WebSockets, the end.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod api;
mod bounds;
mod kit;
mod lifecycle;
mod slots;
mod streams;
mod work_pools;
