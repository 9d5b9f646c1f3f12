//! Regular expressions of users: compiled once, matched in linear time, paid for out of the budget.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use super::schema::Unusable;

/// No pattern is longer than this many bytes.
const MAX_LENGTH: usize = 4_096;

/// Nor takes more than this once compiled: what repeats a repetition does.
const MAX_COMPILED: usize = 1 << 20;

/// Compiling one costs about as much as this many steps of validation.
pub(super) const COMPILING: u64 = 10_000;

/// The patterns that one validation has met.
#[derive(Default)]
pub(super) struct Patterns(HashMap<String, Option<Regex>>);

impl Patterns {
    /// The pattern, and whether it had to be compiled for that.
    pub(super) fn get(&mut self, pattern: &str) -> (Result<&Regex, Unusable>, bool) {
        let is_new = !self.0.contains_key(pattern);
        let regex = self
            .0
            .entry(pattern.to_owned())
            .or_insert_with(|| compile(pattern));
        let regex = regex
            .as_ref()
            .ok_or_else(|| Unusable::Pattern(pattern.to_owned()));
        (regex, is_new)
    }
}

fn compile(pattern: &str) -> Option<Regex> {
    if pattern.len() > MAX_LENGTH {
        return None;
    }
    RegexBuilder::new(&pattern.replace(r"\Z", r"\z"))
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(64)
        .build()
        .ok()
}
