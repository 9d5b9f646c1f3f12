//! Moments and lengths of time as people say them.

use milliways_model::Timestamp;

/// How long ago, or how soon, a moment is: `3 min ago`, `in 2 h`.
pub(crate) fn relative(moment: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds_since(moment);
    if seconds.abs() < 1.0 {
        return "now".to_owned();
    }
    let length = rough(seconds.abs());
    if seconds > 0.0 {
        format!("{length} ago")
    } else {
        format!("in {length}")
    }
}

/// How long something took: `12 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        return format!("{:.0} ms", seconds * 1e3);
    }
    if seconds < 60.0 {
        return format!("{seconds:.1} s");
    }
    let whole = whole(seconds);
    if whole < 3600 {
        return format!("{} min {} s", whole / 60, whole % 60);
    }
    format!("{} h {} min", whole / 3600, whole % 3600 / 60)
}

/// The largest unit only.
fn rough(seconds: f64) -> String {
    let whole = whole(seconds);
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min", whole / 60),
        3600..86_400 => format!("{} h", whole / 3600),
        _ => format!("{} d", whole / 86_400),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts of floats saturate, and negative lengths are nothing"
)]
fn whole(seconds: f64) -> u64 {
    seconds as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_from_now() {
        let now = Timestamp::EPOCH.plus_seconds(1e9);
        let cases = [
            (0.2, "now"),
            (-2.0, "2 s ago"),
            (-119.0, "1 min ago"),
            (-7200.0, "2 h ago"),
            (-1e6, "11 d ago"),
            (90.0, "in 1 min"),
        ];
        for (offset, expected) in cases {
            assert_eq!(
                relative(now.plus_seconds(offset), now),
                expected,
                "{offset}"
            );
        }
    }

    #[test]
    fn lengths_are_told_in_two_units() {
        let cases = [
            (0.0123, "12 ms"),
            (3.21, "3.2 s"),
            (250.0, "4 min 10 s"),
            (7500.0, "2 h 5 min"),
            (-1.0, "-1000 ms"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(seconds), expected);
        }
    }
}
