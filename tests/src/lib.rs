//! The test kit: temporary databases, real servers, a plain HTTP client, dice, a clock that stands still.

pub mod clock;
pub mod dice;
pub mod http;
pub mod postgres;
pub mod process;
pub mod websocket;
pub mod worker;
