//! The test kit: temporary databases, test servers, builders.
