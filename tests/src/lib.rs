//! The test kit: temporary databases, a clock that stands still.

pub mod clock;
pub mod postgres;
