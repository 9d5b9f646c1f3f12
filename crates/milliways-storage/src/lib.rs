//! The only home of SQL: the store, its writer, and the one function that changes a run's state.
