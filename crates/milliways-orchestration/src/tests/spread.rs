//! Waits stay around their mean.

use crate::spread::spread;

#[test]
fn waits_stay_within_their_bounds_and_around_their_median() {
    let shortest = spread(10.0, 0.3, u128::MAX);
    let longest = spread(10.0, 0.3, 0);
    let middle = spread(10.0, 0.3, 1 << 127);
    assert!((longest - 13.0).abs() < 1e-9, "{longest}");
    assert!((middle - 10.0).abs() < 1e-9, "{middle}");
    assert!(shortest > 7.5 && shortest < 7.6, "{shortest}");
}

#[test]
fn what_cannot_be_spread_stays() {
    for (seconds, factor) in [(0.0, 0.3), (-1.0, 0.3), (5.0, 0.0), (5.0, f64::NAN)] {
        assert!((spread(seconds, factor, 7) - seconds).abs() < f64::EPSILON);
    }
    assert!(spread(f64::INFINITY, 0.3, 7).is_infinite());
    assert!(!spread(1e300, 1e300, 0).is_nan());
}
