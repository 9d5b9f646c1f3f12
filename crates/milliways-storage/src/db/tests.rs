//! Statements and values.
