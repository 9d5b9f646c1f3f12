//! Whether and when a request is repeated. Pure.

use std::time::Duration;

use crate::{Config, Error};

const FIRST_WAIT: f64 = 0.25;
const LONGEST_WAIT: f64 = 10.0;
/// A server that asks for more than this is not waited for.
const LONGEST_ORDERED_WAIT: Duration = Duration::from_mins(5);

/// How requests are repeated.
#[derive(Clone, Debug)]
pub(crate) struct Repeats {
    most: u32,
    jitter_factor: f64,
    extra_codes: Vec<u16>,
}

impl Repeats {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            most: config.max_retries,
            jitter_factor: config.retry_jitter_factor,
            extra_codes: config.retry_extra_codes.clone(),
        }
    }

    /// How long to wait before the request is made again, after it was repeated `done` times; `None`: it is not.
    ///
    /// `is_repeatable`: whether doing it twice has the effect of doing it once. `random` is below 1.
    pub(crate) fn wait(
        &self,
        error: &Error,
        done: u32,
        is_repeatable: bool,
        random: f64,
    ) -> Option<Duration> {
        if done >= self.most {
            return None;
        }
        let ordered = match error {
            Error::Status {
                status,
                retry_after,
                ..
            } if self.invites(*status) => *retry_after,
            Error::Connect { .. } => None,
            Error::Broken { is_unsent, .. } if *is_unsent || is_repeatable => None,
            Error::Timeout { .. } if is_repeatable => None,
            _ => return None,
        };
        if let Some(ordered) = ordered {
            return (ordered <= LONGEST_ORDERED_WAIT).then_some(ordered);
        }
        let doubled = (FIRST_WAIT * f64::from(1_u32 << done.min(10))).min(LONGEST_WAIT);
        Some(Duration::from_secs_f64(
            doubled * (1.0 + self.jitter_factor * random),
        ))
    }

    /// Whether an answer says that the request was not looked at, or may succeed later.
    fn invites(&self, status: u16) -> bool {
        matches!(status, 408 | 429 | 502 | 503 | 504) || self.extra_codes.contains(&status)
    }
}

/// What `Retry-After` says, in seconds. Its other form, a date, would need the clocks to agree.
pub(crate) fn retry_after(header: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(header.trim().parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Address;

    fn status(status: u16, retry_after: Option<u64>) -> Error {
        Error::Status {
            route: "GET /health".to_owned(),
            status,
            detail: String::new(),
            problem: None,
            body: Vec::new(),
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    fn broken(is_unsent: bool) -> Error {
        Error::Broken {
            address: String::new(),
            reason: String::new(),
            is_unsent,
        }
    }

    #[test]
    fn what_is_repeated_and_after_which_wait() {
        let mut config = Config::of_address(Address::Socket("s".into()));
        config.retry_extra_codes = vec![418];
        let repeats = Repeats::new(&config);
        let wait = |error: &Error, done, repeatable| {
            repeats
                .wait(error, done, repeatable, 0.0)
                .map(|wait| wait.as_millis())
        };
        let cases = [
            (status(503, None), 0, false, Some(250)),
            (status(503, None), 3, false, Some(2_000)),
            (status(503, None), 5, false, None),
            (status(429, Some(7)), 0, false, Some(7_000)),
            (status(429, Some(86_400)), 0, false, None),
            (status(418, None), 0, false, Some(250)),
            (status(500, None), 0, true, None),
            (status(404, None), 0, true, None),
            (broken(true), 0, false, Some(250)),
            (broken(false), 0, false, None),
            (broken(false), 0, true, Some(250)),
        ];
        for (error, done, repeatable, expected) in cases {
            assert_eq!(wait(&error, done, repeatable), expected, "{error:?}");
        }
    }

    #[test]
    fn retry_after_is_seconds() {
        assert_eq!(retry_after(" 2.5 "), Some(Duration::from_millis(2_500)));
        assert_eq!(retry_after("-1"), None);
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), None);
    }
}
