//! The client against small servers in the same process.

mod follow;
mod local;
mod requests;
mod server;
mod tls;
