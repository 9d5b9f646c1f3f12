//! Waits that are spread around a mean, so that those who wait don't all return at once.

/// A wait around `seconds`, at most `factor` longer (0.3 is up to 30 % more), from 128 random bits.
///
/// It is drawn from the exponential distribution whose median is `seconds`, cut off above at
/// `seconds * (1 + factor)` and below where as much of it is cut off, so that the median stays.
/// Seconds or factors that are no positive finite numbers give `seconds` back.
#[expect(
    clippy::cast_precision_loss,
    reason = "53 of the random bits are taken, which a float holds"
)]
pub(crate) fn spread(seconds: f64, factor: f64, random: u128) -> f64 {
    let usable = |number: f64| number.is_finite() && number > 0.0;
    if !usable(seconds) || !usable(factor) {
        return seconds;
    }
    let uniform = (random >> 75) as f64 / (1_u64 << 53) as f64;
    let cut = (-(1.0 + factor)).exp2();
    let rank = cut + uniform * (1.0 - 2.0 * cut);
    // The rank is counted from above: the smallest one gives the longest wait.
    seconds * -rank.log2()
}
