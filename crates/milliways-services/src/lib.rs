//! Reconcilers, one idempotent function per file.
