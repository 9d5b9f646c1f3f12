//! Of several failures, the one to tell: the highest in the value, and below a choice the deepest.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::failure::{Failure, Step};

/// The failure that matters most.
pub(super) fn best(failures: &[Failure]) -> Option<&Failure> {
    let mut best = first_largest(failures)?;
    // Only one of the choices has to fit: the deepest failure is the nearest to what was meant,
    // unless two are as near.
    loop {
        let above = best.path.len();
        let mut context: Vec<&Failure> = best.context.iter().collect();
        context.sort_by(|a, b| compare(a, b, above));
        match context.as_slice() {
            [] => return Some(best),
            [one, other, ..] if compare(one, other, above) == Ordering::Equal => return Some(best),
            [one, ..] => best = one,
        }
    }
}

/// Where a failure is, as a path that starts at `$`.
pub(super) fn json_path(path: &[Step]) -> String {
    let mut text = "$".to_owned();
    for step in path {
        let _ = match step {
            Step::Index(index) => write!(text, "[{index}]"),
            Step::Key(key) if is_plain(key) => write!(text, ".{key}"),
            Step::Key(key) => {
                let key = key.replace('\\', "\\\\").replace('\'', "\\'");
                write!(text, "['{key}']")
            }
        };
    }
    text
}

fn is_plain(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn first_largest(failures: &[Failure]) -> Option<&Failure> {
    failures.iter().reduce(|best, next| {
        if compare(next, best, 0) == Ordering::Greater {
            next
        } else {
            best
        }
    })
}

/// More telling failures are greater. `above` steps of the way belong to the failure around these.
fn compare(a: &Failure, b: &Failure, above: usize) -> Ordering {
    let key = |failure: &Failure| {
        let weak = matches!(failure.keyword, Some("anyOf" | "oneOf"));
        (!weak, !failure.matches_type)
    };
    (b.path.len().cmp(&a.path.len()))
        .then_with(|| a.path[above..].cmp(&b.path[above..]))
        .then_with(|| key(a).cmp(&key(b)))
}
