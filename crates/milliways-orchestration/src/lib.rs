//! Pure decisions about runs: (transition, facts) -> (verdict, effects).
