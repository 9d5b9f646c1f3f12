//! Lengths of time, in our notation and in those that Prefect's settings accept.

use std::time::Duration;

use super::Value;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

impl Value for Duration {
    const EXPECTS: &'static str = "a length of time such as 30 (seconds), 250ms, 5m, 1h30m or 7d";

    fn parse(text: &str) -> Option<Self> {
        let seconds = plain_seconds(text)
            .or_else(|| clock(text))
            .or_else(|| iso(text))
            .or_else(|| units(text))?;
        Self::try_from_secs_f64(seconds).ok()
    }
}

/// `30` or `2.5`.
fn plain_seconds(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_plain.then(|| text.parse().ok()).flatten()
}

/// `0:15:00`, `15:00`, or `7 days, 0:00:00`, as Python prints a `timedelta`.
fn clock(text: &str) -> Option<f64> {
    let (days, time) = match text.split_once("day") {
        Some((days, rest)) => (
            plain_seconds(days.trim())? * DAY,
            rest.trim_start_matches('s').trim_start_matches(',').trim(),
        ),
        None => (0.0, text),
    };
    if time.is_empty() {
        return Some(days);
    }
    if !time.contains(':') {
        return None;
    }
    let fields = time
        .split(':')
        .map(plain_seconds)
        .collect::<Option<Vec<f64>>>()?;
    match fields[..] {
        [minutes, seconds] => Some(days + minutes * MINUTE + seconds),
        [hours, minutes, seconds] => Some(days + hours * HOUR + minutes * MINUTE + seconds),
        _ => None,
    }
}

/// `P7D`, `PT15M`, `P1DT12H`, as in ISO 8601 and without its months and years, which have no fixed length.
fn iso(text: &str) -> Option<f64> {
    let rest = text.strip_prefix('P')?;
    let (days, time) = rest.split_once('T').unwrap_or((rest, ""));
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let calendar = sum(days, &[("D", DAY), ("W", 7.0 * DAY)])?;
    Some(calendar + sum(time, &[("H", HOUR), ("M", MINUTE), ("S", 1.0)])?)
}

/// `250ms`, `5m`, `1h30m`, `7 d`.
fn units(text: &str) -> Option<f64> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    sum(
        &compact,
        &[
            ("ms", 0.001),
            ("s", 1.0),
            ("m", MINUTE),
            ("h", HOUR),
            ("d", DAY),
            ("w", 7.0 * DAY),
        ],
    )
}

/// Adds up pairs of number and unit. Nothing adds up to 0.
fn sum(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, after) = tail.split_at(letters);
        let (_, seconds) = units.iter().find(|(name, _)| *name == unit)?;
        total += number.parse::<f64>().ok()? * seconds;
        rest = after;
    }
    Some(total)
}
