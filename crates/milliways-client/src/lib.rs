//! Typed REST and WebSocket client of the API.
