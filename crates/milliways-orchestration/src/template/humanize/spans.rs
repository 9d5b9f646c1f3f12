//! Lengths of time, given in seconds.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, State};

use super::{Arguments, Number, no, printed, with_commas};

/// The longest time that there is a word for, in seconds: a billion days.
const LONGEST: f64 = 86_399_999_999_999.0;

/// A length of time, however it is directed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) days: i64,
    pub(super) seconds: i64,
    micros: i64,
}

impl Span {
    pub(super) fn of(seconds: f64) -> Result<Self, Error> {
        if seconds.abs() > LONGEST {
            return Err(no("it is too long a time"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the longest time is far below the largest number"
        )]
        let micros = (seconds.abs() * 1e6).round_ties_even() as i128;
        let part = |micros: i128| i64::try_from(micros).unwrap_or(i64::MAX);
        Ok(Self {
            days: part(micros / 86_400_000_000),
            seconds: part(micros / 1_000_000 % 86_400),
            micros: part(micros % 1_000_000),
        })
    }
}

pub(super) fn naturaldelta(
    _: &mut State<'_, '_>,
    value: &Value,
    given: &Arguments,
) -> Result<Value, Error> {
    let months = given.is_set(0, "months", true);
    let least = Unit::of(&given.text(1, "minimum_unit", "seconds"))?;
    let seconds = match Number::of(value) {
        Some(Number::Whole(_)) => Number::of(value).map(Number::float),
        Some(Number::Broken(number)) if number.is_finite() && value.kind() != ValueKind::String => {
            Some(number)
        }
        _ => None,
    };
    match seconds {
        Some(seconds) => Ok(Value::from(about(Span::of(seconds)?, months, least)?)),
        None => Ok(value.clone()),
    }
}

pub(super) fn naturaltime(
    _: &mut State<'_, '_>,
    value: &Value,
    given: &Arguments,
) -> Result<Value, Error> {
    let future = given.is_set(0, "future", false);
    let months = given.is_set(1, "months", true);
    let least = Unit::of(&given.text(2, "minimum_unit", "seconds"))?;
    let _ = given.get(3, "when");
    let number = Number::of(value).map(Number::float);
    let Some(seconds) = number.filter(|it| it.is_finite() && value.kind() != ValueKind::String)
    else {
        return Ok(value.clone());
    };
    let text = about(Span::of(seconds.round_ties_even())?, months, least)?;
    Ok(Value::from(if text == MOMENT {
        "now".to_owned()
    } else if future {
        format!("{text} from now")
    } else {
        format!("{text} ago")
    }))
}

const MOMENT: &str = "a moment";

/// As many of something, in words.
fn count(number: i64, unit: &str) -> String {
    match number {
        1 => format!("{number} {unit}"),
        _ => format!("{number} {unit}s"),
    }
}

/// How long it is, by its largest unit or two.
fn about(span: Span, months: bool, least: Unit) -> Result<String, Error> {
    if least > Unit::Second {
        return Err(no("it has to be seconds or less"));
    }
    let (years, days) = (span.days / 365, span.days % 365);
    // Half a month goes to the even one.
    let in_months = (days * 2 * 2 + 61) / (61 * 2);
    let is_half = (days * 2 * 2 + 61) % (61 * 2) == 0;
    let in_months = if is_half && in_months % 2 == 1 {
        in_months - 1
    } else {
        in_months
    };
    Ok(match (years, days) {
        (0, 0) => within_a_day(span, least),
        (0, 1) => "a day".to_owned(),
        (0, _) if !months || in_months == 0 => count(days, "day"),
        (0, _) if in_months == 1 => "a month".to_owned(),
        (0, _) if in_months == 12 => "a year".to_owned(),
        (0, _) => count(in_months, "month"),
        (1, 0) => "a year".to_owned(),
        (1, _) if in_months == 0 || !months => format!("1 year, {}", count(days, "day")),
        (1, _) if in_months == 12 => count(2, "year"),
        (1, _) => format!("1 year, {}", count(in_months, "month")),
        _ => {
            let years = rounded(span.days, 365);
            format!("{} years", with_commas(&years.to_string()))
        }
    })
}

fn within_a_day(span: Span, least: Unit) -> String {
    let Span {
        seconds, micros, ..
    } = span;
    match seconds {
        0 if least == Unit::Microsecond && micros < 1_000 => count(micros, "microsecond"),
        0 if least != Unit::Second => count(micros / 1_000, "millisecond"),
        0 => MOMENT.to_owned(),
        1 => "a second".to_owned(),
        2..60 => count(seconds, "second"),
        60..3_600 => match rounded(seconds, 60) {
            1 => "a minute".to_owned(),
            60 => "an hour".to_owned(),
            minutes => count(minutes, "minute"),
        },
        _ => match rounded(seconds, 3_600) {
            1 => "an hour".to_owned(),
            24 => "a day".to_owned(),
            hours => count(hours, "hour"),
        },
    }
}

/// How many times something goes into a number; half a time goes to the even one.
fn rounded(number: i64, unit: i64) -> i64 {
    let (times, rest) = (number / unit, number % unit);
    match (rest * 2).cmp(&unit) {
        std::cmp::Ordering::Less => times,
        std::cmp::Ordering::Equal => times + times % 2,
        std::cmp::Ordering::Greater => times + 1,
    }
}

/// What times are told in, the smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Microsecond,
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Year,
}

impl Unit {
    /// The largest first.
    const ALL: [Self; 8] = [
        Self::Year,
        Self::Month,
        Self::Day,
        Self::Hour,
        Self::Minute,
        Self::Second,
        Self::Millisecond,
        Self::Microsecond,
    ];

    /// By its name in the plural.
    fn of(name: &str) -> Result<Self, Error> {
        let name = name.to_ascii_lowercase();
        let is_it = |unit: &Self| name.strip_suffix('s') == Some(unit.word());
        let found = Self::ALL.into_iter().find(is_it);
        found.ok_or_else(|| no("it is no unit of time"))
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Microsecond => "microsecond",
            Self::Millisecond => "millisecond",
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// How much of what is left over goes into one: of days for the first two, then of seconds, then of microseconds.
    const fn divisor(self) -> f64 {
        match self {
            Self::Microsecond => 1.0,
            Self::Millisecond => 1e3,
            Self::Second => 1e6,
            Self::Minute => 60.0,
            Self::Hour => 3_600.0,
            Self::Day => 86_400.0,
            Self::Month => 30.5,
            Self::Year => 365.0,
        }
    }

    /// How many of it are one of the next larger unit.
    const fn fills(self) -> f64 {
        match self {
            Self::Microsecond | Self::Year => f64::INFINITY,
            Self::Millisecond => 1_000.0,
            Self::Second | Self::Minute => 60.0,
            Self::Hour => 24.0,
            Self::Day => 31.0,
            Self::Month => 12.0,
        }
    }
}

pub(super) fn precisedelta(
    state: &mut State<'_, '_>,
    value: &Value,
    given: &Arguments,
) -> Result<Value, Error> {
    let wanted = Unit::of(&given.text(0, "minimum_unit", "seconds"))?;
    let mut left_out = Vec::new();
    for name in given
        .get(1, "suppress")
        .iter()
        .flat_map(Value::try_iter)
        .flatten()
    {
        left_out.push(Unit::of(&name.to_string())?);
    }
    let format = given.text(2, "format", "%0.2f");
    let number = Number::of(value).map(Number::float);
    let Some(seconds) = number.filter(|it| it.is_finite() && value.kind() != ValueKind::String)
    else {
        return Ok(value.clone());
    };
    let up = Unit::ALL.into_iter().rev();
    let least = up
        .filter(|unit| *unit >= wanted)
        .find(|unit| !left_out.contains(unit));
    let least = least.ok_or_else(|| no("every unit is left out"))?;
    let is_told = |unit: Unit| unit >= least && !left_out.contains(&unit);
    let mut told = parts(state, Span::of(seconds)?, least, &is_told, &format)?;
    promote(&mut told, &is_told);
    let mut texts = Vec::new();
    for (unit, number) in Unit::ALL.into_iter().zip(told) {
        if unit < least {
            break;
        }
        if number > 0.0 || (texts.is_empty() && unit == least) {
            texts.push(part(state, (unit, number), unit == least, &format)?);
        }
    }
    let end = texts.pop().unwrap_or_default();
    Ok(Value::from(if texts.is_empty() {
        end
    } else {
        format!("{} and {end}", texts.join(", "))
    }))
}

/// How many of each unit there are, the largest first. The least has what is left, rounded as it will be shown.
#[expect(
    clippy::cast_precision_loss,
    reason = "days and seconds of a time are far below what a number holds"
)]
fn parts(
    state: &mut State<'_, '_>,
    span: Span,
    least: Unit,
    is_told: &impl Fn(Unit) -> bool,
    format: &str,
) -> Result<[f64; 8], Error> {
    let mut told = [0.0; 8];
    let mut left = span.days as f64;
    for (unit, told) in Unit::ALL.into_iter().zip(&mut told) {
        match unit {
            Unit::Day => left = left * 86_400.0 + span.seconds as f64,
            Unit::Second => left = left * 1e6 + span.micros as f64,
            _ => {}
        }
        if unit == Unit::Microsecond {
            *told = left;
        } else if unit == least {
            let text = printed(state, format, left / unit.divisor())?;
            *told = text
                .trim()
                .parse()
                .map_err(|_| no("the format gives no number"))?;
            left = 0.0;
        } else if is_told(unit) {
            *told = (left / unit.divisor()).floor();
            left = (left - *told * unit.divisor()).trunc();
        }
    }
    Ok(told)
}

/// Rounding can have filled a unit: then it is one more of the next larger.
fn promote(told: &mut [f64; 8], is_told: &impl Fn(Unit) -> bool) {
    for place in (1..Unit::ALL.len()).rev() {
        let (unit, larger) = (Unit::ALL[place], Unit::ALL[place - 1]);
        if told[place] >= unit.fills() && is_told(larger) {
            told[place] -= unit.fills();
            told[place - 1] += 1.0;
        }
    }
}

fn part(
    state: &mut State<'_, '_>,
    (unit, number): (Unit, f64),
    is_least: bool,
    format: &str,
) -> Result<String, Error> {
    let text = if is_least && number.fract() > 0.0 {
        printed(state, format, number)?
    } else if unit == Unit::Year {
        with_commas(&format!("{:.0}", number.trunc()))
    } else {
        format!("{:.0}", number.trunc())
    };
    // Between one and two it is more than one.
    let is_one = (number - 1.0).abs() < f64::EPSILON;
    let ending = if is_one { "" } else { "s" };
    Ok(format!("{text} {}{ending}", unit.word()))
}
