//! How many tests passed and failed, read from what each runner says at its end.

use std::fmt;

/// Counts of tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
}

impl Tally {
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }

    /// Counts of a runner that must not have failed without saying so: an unsuccessful one with no failed test
    /// (a file that does not compile) counts as one failure, and so does a successful one that ran no test.
    pub(super) fn of_runner(self, succeeded: bool) -> Self {
        let is_silent = (!succeeded && self.failed == 0) || self.passed + self.failed == 0;
        Self {
            failed: self.failed + u64::from(is_silent),
            ..self
        }
    }

    /// The counts in the closing lines of a runner.
    ///
    /// `is_closing` says which lines those are. In all of them a number stands in front of its word, as in
    /// `12 passed, 1 failed` or `test result: ok. 3 passed; 0 failed`.
    pub(super) fn read(output: &str, is_closing: impl Fn(&str) -> bool) -> Self {
        let plain = without_colours(output);
        plain
            .lines()
            .filter(|line| is_closing(line))
            .map(Self::of_line)
            .fold(Self::default(), Self::and)
    }

    fn of_line(line: &str) -> Self {
        let separators = |c: char| c.is_whitespace() || ",;|()[]=".contains(c);
        let words: Vec<&str> = line
            .split(separators)
            .filter(|word| !word.is_empty())
            .collect();
        let count = |names: &[&str]| -> u64 {
            let pairs = words
                .windows(2)
                .filter(|pair| names.contains(&pair[1].trim_end_matches('.')));
            pairs.filter_map(|pair| pair[0].parse::<u64>().ok()).sum()
        };
        Self {
            passed: count(&["passed"]),
            failed: count(&["failed", "error", "errors", "timed"]),
            skipped: count(&["skipped", "ignored", "deselected", "xfailed"]),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('\u{1b}');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // An escape sequence ends with its first letter.
        let end = part
            .find(|c: char| c.is_ascii_alphabetic())
            .map_or(part.len(), |end| end + 1);
        plain.push_str(&part[end..]);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64, skipped: u64) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn closing_lines_of_every_runner_are_understood() {
        let cases = [
            (
                "     Summary [   0.232s] 31 tests run: 31 passed, 0 skipped",
                tally(31, 0, 0),
            ),
            (
                "     Summary [   0.1s] 19/31 tests run: 18 passed (1 slow), 1 failed, 2 skipped",
                tally(18, 1, 2),
            ),
            (
                "     Summary [  60.1s] 3 tests run: 1 passed, 1 failed, 1 timed out, 0 skipped",
                tally(1, 2, 0),
            ),
            (
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
                tally(3, 0, 1),
            ),
            (
                "====== 5 passed, 1 failed, 2 skipped, 1 error in 0.10s ======",
                tally(5, 2, 2),
            ),
            (
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m12 passed\u{1b}[39m (12)",
                tally(12, 0, 0),
            ),
            ("      Tests  1 failed | 11 passed (12)", tally(11, 1, 0)),
            ("  5 passed (3.2s)", tally(5, 0, 0)),
        ];
        for (line, expected) in cases {
            assert_eq!(Tally::read(line, |_| true), expected, "{line}");
        }
    }

    #[test]
    fn silence_is_a_failure() {
        assert_eq!(tally(0, 0, 0).of_runner(true), tally(0, 1, 0));
        assert_eq!(tally(3, 0, 0).of_runner(false), tally(3, 1, 0));
        assert_eq!(tally(3, 1, 0).of_runner(false), tally(3, 1, 0));
        assert_eq!(tally(3, 0, 1).of_runner(true), tally(3, 0, 1));
    }

    #[test]
    fn the_last_line_is_plain() {
        assert_eq!(tally(3, 0, 0).to_string(), "3 passed, 0 failed");
        assert_eq!(tally(3, 1, 2).to_string(), "3 passed, 1 failed, 2 skipped");
    }
}
