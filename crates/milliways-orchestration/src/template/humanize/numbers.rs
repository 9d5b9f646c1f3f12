//! Numbers and sizes.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, State};

use super::{Arguments, Number, endless, no, printed, with_commas};

/// As many digits are written at most.
const MOST_DIGITS: usize = 100;

const WORDS: [&str; 10] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
];

/// Names of powers of a thousand, from the first on.
const POWERS: [&str; 11] = [
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
];

const LARGER: [&str; 10] = ["k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q"];
const SMALLER: [&str; 10] = ["m", "μ", "n", "p", "f", "a", "z", "y", "r", "q"];

/// A whole number out of a value; the answer where there is none in it.
fn whole(value: &Value) -> Result<i128, Value> {
    let Some(number) = Number::of(value) else {
        return Err(value.clone());
    };
    if let Some(answer) = endless(number.float()) {
        return Err(answer);
    }
    match number {
        Number::Whole(number) => Ok(number),
        // A text has to be that of a whole number.
        Number::Broken(_) if value.kind() == ValueKind::String => Err(value.clone()),
        Number::Broken(number) => Ok(truncated(number)),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what is larger than any number that is named stays so"
)]
fn truncated(number: f64) -> i128 {
    number as i128
}

pub(super) fn magnitude(
    _: &mut State<'_, '_>,
    value: &Value,
    _: &Arguments,
) -> Result<Value, Error> {
    match Number::of(value) {
        Some(Number::Whole(number)) => Ok(Value::from(number.saturating_abs())),
        Some(Number::Broken(number)) => Ok(Value::from(number.abs())),
        None => Err(no("it is no length of time")),
    }
}

pub(super) fn ordinal(value: &Value) -> Value {
    match whole(value) {
        Err(answer) => answer,
        Ok(number) => {
            let ending = match (number.rem_euclid(100), number.rem_euclid(10)) {
                (11..=13, _) => "th",
                (_, 1) => "st",
                (_, 2) => "nd",
                (_, 3) => "rd",
                _ => "th",
            };
            Value::from(format!("{number}{ending}"))
        }
    }
}

pub(super) fn apnumber(value: &Value) -> Value {
    match whole(value) {
        Err(answer) => answer,
        Ok(number) => usize::try_from(number)
            .ok()
            .and_then(|number| WORDS.get(number))
            .map_or_else(
                || Value::from(number.to_string()),
                |word| Value::from(*word),
            ),
    }
}

pub(super) fn intcomma(
    _: &mut State<'_, '_>,
    value: &Value,
    given: &Arguments,
) -> Result<Value, Error> {
    let digits = given.count(0, "ndigits", MOST_DIGITS)?;
    let plain = value
        .as_str()
        .map(|text| Value::from(text.replace(',', "")));
    let Some(number) = Number::of(plain.as_ref().unwrap_or(value)) else {
        return Ok(value.clone());
    };
    if let Some(answer) = endless(number.float()) {
        return Ok(answer);
    }
    let text = match (number, digits) {
        (Number::Whole(number), None) => number.to_string(),
        (Number::Broken(number), None) => format!("{number:?}"),
        (number, Some(digits)) => format!("{:.digits$}", number.float()),
    };
    let (before, after) = text.split_at(text.find(['.', 'e']).unwrap_or(text.len()));
    Ok(Value::from(format!("{}{after}", with_commas(before))))
}

pub(super) fn intword(
    state: &mut State<'_, '_>,
    value: &Value,
    given: &Arguments,
) -> Result<Value, Error> {
    let format = given.text(0, "format", "%.1f");
    let number = match whole(value) {
        Err(answer) => return Ok(answer),
        Ok(number) => number,
    };
    let sign = if number < 0 { "-" } else { "" };
    let size = number.unsigned_abs();
    if size < 1_000 {
        return Ok(Value::from(number.to_string()));
    }
    let mut power = POWERS.len() - 1;
    while 1_000_u128.pow(exponent(power)) > size {
        power -= 1;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "what people read has a few digits"
    )]
    let chopped = size as f64 / 1_000_f64.powi(power_of(power));
    let mut text = printed(state, &format, chopped)?;
    // Rounded up to the next power it is one of that.
    if power + 1 < POWERS.len() && text.trim().parse() == Ok(1_000.0) {
        power += 1;
        text = printed(state, &format, 1.0)?;
    }
    Ok(Value::from(format!("{sign}{text} {}", POWERS[power])))
}

fn exponent(power: usize) -> u32 {
    u32::try_from(power).unwrap_or(0) + 1
}

fn power_of(power: usize) -> i32 {
    i32::try_from(power).unwrap_or(0) + 1
}

pub(super) fn fractional(value: &Value) -> Value {
    let Some(number) = Number::of(value).map(Number::float) else {
        return value.clone();
    };
    if let Some(answer) = endless(number) {
        return answer;
    }
    let rest = number - number.trunc();
    let (above, below) = nearest(rest.abs(), 1_000);
    let above = if rest < 0.0 { -above } else { above };
    Value::from(if below == 1 {
        format!("{:.0}", number.trunc() + f64::from(above))
    } else if number.trunc() == 0.0 {
        format!("{above}/{below}")
    } else {
        format!("{:.0} {}/{below}", number.trunc(), above.abs())
    })
}

/// The fraction nearest to a number from 0 to 1 that has no larger number below than that: the last that fits among
/// its continued fractions, or one between it and the one that does not, whichever is nearer.
fn nearest(number: f64, most: i32) -> (i32, i32) {
    let (mut last, mut next) = ((0, 1), (1, 0));
    let mut rest = number;
    loop {
        let times = rest.floor();
        let most_times = if next.1 == 0 {
            times
        } else {
            f64::from((most - last.1) / next.1)
        };
        let between = |times: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is at most as large as what goes below"
            )]
            let times = times as i32;
            (last.0 + times * next.0, last.1 + times * next.1)
        };
        if times > most_times {
            let nearer = between(most_times);
            let off =
                |(above, below): (i32, i32)| (f64::from(above) / f64::from(below) - number).abs();
            return if off(nearer) < off(next) {
                nearer
            } else {
                next
            };
        }
        (last, next) = (next, between(times));
        let left = rest - times;
        if left < 1e-12 {
            return next;
        }
        rest = left.recip();
    }
}

pub(super) fn scientific(
    _: &mut State<'_, '_>,
    value: &Value,
    given: &Arguments,
) -> Result<Value, Error> {
    let digits = given.count(0, "precision", MOST_DIGITS)?.unwrap_or(2);
    let Some(number) = Number::of(value).map(Number::float) else {
        return Ok(value.clone());
    };
    Ok(endless(number).unwrap_or_else(|| Value::from(powers_of_ten(number, digits))))
}

fn powers_of_ten(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let raised: String = exponent
        .chars()
        .map(|c| match c.to_digit(10) {
            Some(digit) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize],
            None => '⁻',
        })
        .collect();
    format!("{mantissa} x 10{raised}")
}

pub(super) fn clamp(
    state: &mut State<'_, '_>,
    value: &Value,
    given: &Arguments,
) -> Result<Value, Error> {
    let (floor, ceil) = (given.get(0, "floor"), given.get(1, "ceil"));
    let format = given.text(2, "format", "{:}");
    let below = given.text(3, "floor_token", "<");
    let above = given.text(4, "ceil_token", ">");
    if value.is_none() {
        return Ok(value.clone());
    }
    let number = |value: &Value| match Number::of(value) {
        Some(number) if value.kind() != ValueKind::String => Ok(number.float()),
        _ => Err(no("it is no number")),
    };
    let it = number(value)?;
    if let Some(answer) = endless(it) {
        return Ok(answer);
    }
    let (mut shown, mut token) = (value.clone(), String::new());
    if let Some(floor) = floor
        && it < number(&floor)?
    {
        (shown, token) = (floor, below);
    } else if let Some(ceil) = ceil
        && it > number(&ceil)?
    {
        (shown, token) = (ceil, above);
    }
    if super::guard::is_wide_format(&format) {
        return Err(no("a width in a format is too large"));
    }
    // Hundredths are numbers with a sign behind them.
    let (format, shown) = match format.split_once("%}") {
        Some((before, after)) => (
            format!("{before}f}}%{after}"),
            Value::from(number(&shown)? * 100.0),
        ),
        None => (format, shown),
    };
    let text = Value::from(format).call_method(state, "format", &[shown])?;
    Ok(Value::from(format!("{token}{text}")))
}

pub(super) fn metric(
    _: &mut State<'_, '_>,
    value: &Value,
    given: &Arguments,
) -> Result<Value, Error> {
    let unit = given.text(0, "unit", "");
    let precision = given.count(1, "precision", MOST_DIGITS)?.unwrap_or(3);
    let number = Number::of(value).filter(|_| value.kind() != ValueKind::String);
    let mut number = number.ok_or_else(|| no("it is no number"))?.float();
    if let Some(answer) = endless(number) {
        return Ok(answer);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "exponents of numbers have three digits at most"
    )]
    let mut exponent = if number == 0.0 {
        0
    } else {
        number.abs().log10().floor() as i32
    };
    if !(-30..33).contains(&exponent) {
        let text = powers_of_ten(number, precision.saturating_sub(1));
        return Ok(Value::from(text + &unit));
    }
    let bucket = exponent.div_euclid(3) * 3;
    number /= 10_f64.powi(bucket);
    let digits = |exponent: i32| {
        let before = usize::try_from(exponent.rem_euclid(3)).unwrap_or(0) + 1;
        precision.saturating_sub(before)
    };
    let rounded: f64 = format!("{:.*}", digits(exponent), number.abs())
        .parse()
        .unwrap_or(0.0);
    if exponent < 30 && rounded >= 10_f64.powi(exponent.rem_euclid(3) + 1) {
        exponent += 1;
        number /= 10_f64.powi(exponent.div_euclid(3) * 3 - bucket);
    }
    let index = |number: i32| usize::try_from(number).unwrap_or(0);
    let prefix = if exponent >= 3 {
        LARGER[index(exponent / 3 - 1)]
    } else if exponent < 0 {
        SMALLER[index((-exponent - 1) / 3)]
    } else {
        ""
    };
    let is_close =
        (unit.is_empty() && prefix.is_empty()) || ["°", "′", "″"].contains(&unit.as_str());
    let space = if is_close { "" } else { " " };
    let digits = digits(exponent);
    Ok(Value::from(format!(
        "{number:.digits$}{space}{prefix}{unit}"
    )))
}

pub(super) fn naturalsize(
    state: &mut State<'_, '_>,
    value: &Value,
    given: &Arguments,
) -> Result<Value, Error> {
    let (binary, short) = (
        given.is_set(0, "binary", false),
        given.is_set(1, "gnu", false),
    );
    let format = given.text(2, "format", "%.1f");
    let bytes = Number::of(value)
        .ok_or_else(|| no("it is no number"))?
        .float();
    let base: f64 = if binary || short { 1_024.0 } else { 1_000.0 };
    let size = bytes.abs();
    let few = truncated(bytes);
    if short && size < base {
        return Ok(Value::from(format!("{few}B")));
    }
    if size < base {
        let unit = if size.to_bits() == 1.0_f64.to_bits() {
            "Byte"
        } else {
            "Bytes"
        };
        return Ok(Value::from(format!("{few} {unit}")));
    }
    let mut power = 1;
    while power < LARGER.len() && size >= base.powi(power_of(power)) {
        power += 1;
    }
    let mut text = printed(state, &format, bytes / base.powi(power_of(power - 1)))?;
    // Rounded up to the next power it is one of that.
    if power < LARGER.len()
        && text
            .trim()
            .parse::<f64>()
            .is_ok_and(|text| text.abs() >= base)
    {
        power += 1;
        text = printed(state, &format, bytes / base.powi(power_of(power - 1)))?;
    }
    let letter = LARGER[power - 1];
    Ok(Value::from(match (short, binary) {
        (true, _) => format!("{text}{}", letter.to_uppercase()),
        (_, true) => format!("{text} {}iB", letter.to_uppercase()),
        _ => format!("{text} {letter}B"),
    }))
}
