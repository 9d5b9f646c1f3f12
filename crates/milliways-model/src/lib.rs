//! The words on the wire: ids, states, runs, logs, events, filters, sorts and problem documents.
