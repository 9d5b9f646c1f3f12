//! The filters `humanize_…` that templates have in Prefect: numbers, sizes and lengths of time as people say them.
//!
//! A template sees plain values, and a date is a text among them: the filters for dates give a text back as it is,
//! which is what they do in Prefect with anything that is no date. There are no others than English words: asking for
//! another language, which would change it for everybody, is refused.

mod dates;
mod numbers;
mod spans;

use milliways_model::Timestamp;
use minijinja::value::{Kwargs, Rest, Value};
use minijinja::{Environment, Error, State};

use super::guard;
use super::jinja::{Arguments, no};

/// Adds the filters.
pub(super) fn add_filters(environment: &mut Environment<'_>, now: Timestamp) {
    let filters: [(&'static str, Filter); 19] = [
        ("humanize_abs_timedelta", numbers::magnitude),
        ("humanize_activate", activate),
        ("humanize_apnumber", |_, value, _| {
            Ok(numbers::apnumber(value))
        }),
        ("humanize_clamp", numbers::clamp),
        ("humanize_decimal_separator", |_, _, _| Ok(Value::from("."))),
        ("humanize_fractional", |_, value, _| {
            Ok(numbers::fractional(value))
        }),
        ("humanize_intcomma", numbers::intcomma),
        ("humanize_intword", numbers::intword),
        ("humanize_metric", numbers::metric),
        ("humanize_naturaldate", |_, value, _| Ok(value.clone())),
        ("humanize_naturalday", |_, value, _| Ok(value.clone())),
        ("humanize_naturaldelta", spans::naturaldelta),
        ("humanize_naturalsize", numbers::naturalsize),
        ("humanize_naturaltime", spans::naturaltime),
        ("humanize_ordinal", |_, value, given| {
            given.get(0, "gender");
            Ok(numbers::ordinal(value))
        }),
        ("humanize_precisedelta", spans::precisedelta),
        ("humanize_scientific", numbers::scientific),
        ("humanize_deactivate", |_, _, _| Ok(Value::from(()))),
        ("humanize_thousands_separator", |_, _, _| {
            Ok(Value::from(","))
        }),
    ];
    for (name, filter) in filters {
        let apply =
            move |state: &mut State<'_, '_>, value: Value, rest: Rest<Value>, named: Kwargs| {
                let arguments = Arguments::new(rest, named);
                let found = filter(state, &value, &arguments)?;
                arguments.end()?;
                Ok::<Value, Error>(found)
            };
        environment.add_filter(name, apply);
    }
    let date_and_delta = move |value: &Value| dates::date_and_delta(value, now);
    environment.add_filter("humanize_date_and_delta", date_and_delta);
}

type Filter = fn(&mut State<'_, '_>, &Value, &Arguments) -> Result<Value, Error>;

/// Chooses a language, of which there is one. What comes of it is nothing that one would show.
fn activate(_: &mut State<'_, '_>, language: &Value, given: &Arguments) -> Result<Value, Error> {
    let _ = given.get(0, "path");
    let is_english = language
        .as_str()
        .map_or(language.is_none(), |name| name.starts_with("en"));
    if !is_english {
        return Err(no("`humanize_activate`: there are English words only"));
    }
    Ok(Value::from("<gettext.NullTranslations object>"))
}

/// A number as `printf` writes it.
fn printed(state: &mut State<'_, '_>, format: &str, number: f64) -> Result<String, Error> {
    if guard::is_wide_format(format) {
        return Err(no("a width in a format is too large"));
    }
    // A format for whole numbers takes them only.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is larger than any number that is named stays so"
    )]
    let number = if format.contains(['d', 'i']) {
        Value::from(number as i128)
    } else {
        Value::from(number)
    };
    let written = state.apply_filter("format", &[Value::from(format), number])?;
    Ok(written.to_string())
}

/// A number out of a value, as Python reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Whole(i128),
    Broken(f64),
}

impl Number {
    /// None where it is no number, nor the text of one.
    fn of(value: &Value) -> Option<Self> {
        if let Some(delta) = value.downcast_object_ref::<dates::Delta>() {
            return Some(Self::Broken(delta.seconds));
        }
        if let Some(text) = value.as_str() {
            let text = text.trim();
            let whole = text.parse().ok().map(Self::Whole);
            return whole.or_else(|| text.parse().ok().map(Self::Broken));
        }
        if value.is_integer() || matches!(value.kind(), minijinja::value::ValueKind::Bool) {
            return i128::try_from(value.clone()).ok().map(Self::Whole);
        }
        f64::try_from(value.clone()).ok().map(Self::Broken)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "what people read has a few digits"
    )]
    fn float(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Broken(number) => number,
        }
    }
}

/// What is said of a number without an end.
fn endless(number: f64) -> Option<Value> {
    if number.is_finite() {
        return None;
    }
    Some(Value::from(if number.is_nan() {
        "NaN"
    } else if number < 0.0 {
        "-Inf"
    } else {
        "+Inf"
    }))
}

/// A whole number with a comma before every three digits.
fn with_commas(digits: &str) -> String {
    let (sign, digits) = digits
        .strip_prefix('-')
        .map_or(("", digits), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
