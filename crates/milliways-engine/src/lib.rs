//! The life of one run on the client's side: retries, timers, journal, logs.
