//! The test kit: temporary databases, a cluster that encrypts, real servers, a plain HTTP client, dice, a clock that stands still.

pub mod certificates;
pub mod clock;
pub mod cluster;
pub mod dice;
pub mod http;
pub mod postgres;
pub mod process;
pub mod websocket;
pub mod worker;
