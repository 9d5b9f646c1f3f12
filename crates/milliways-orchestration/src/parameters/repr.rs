//! Values as Python prints them: the messages of validation are read by people who write Python.

use std::fmt::Write as _;

use serde_json::Value;

/// No message quotes more of a value than this many bytes.
const MAX: usize = 4_096;

/// The value as Python's `repr` shows it, cut where it is very long.
pub fn repr(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    if text.len() > MAX {
        let mut end = MAX;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

/// A text as Python's `repr` shows it.
pub(super) fn repr_text(text: &str) -> String {
    let mut out = String::new();
    quote(text, &mut out);
    out
}

/// Several values, with commas between them.
pub(super) fn list<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let mut text = String::new();
    for (n, value) in values.enumerate() {
        if n > 0 {
            text.push_str(", ");
        }
        text.push_str(&repr(value));
        if text.len() > MAX {
            text.push('…');
            break;
        }
    }
    text
}

fn write(value: &Value, out: &mut String) {
    if out.len() > MAX {
        return;
    }
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => out.push_str(&self::float(float)),
            _ => {
                let _ = write!(out, "{number}");
            }
        },
        Value::String(text) => quote(text, out),
        Value::Array(list) => {
            out.push('[');
            for (n, item) in list.iter().enumerate() {
                if n > 0 {
                    out.push_str(", ");
                }
                write(item, out);
                if out.len() > MAX {
                    return;
                }
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (n, (key, item)) in map.iter().enumerate() {
                if n > 0 {
                    out.push_str(", ");
                }
                quote(key, out);
                out.push_str(": ");
                write(item, out);
                if out.len() > MAX {
                    return;
                }
            }
            out.push('}');
        }
    }
}

fn quote(text: &str, out: &mut String) {
    let mark = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(mark);
    for c in text.chars() {
        if out.len() > MAX {
            return;
        }
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == mark => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            c => {
                let code = c as u32;
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push(mark);
}

/// Not control, format, separator or private characters (those of the planes in use).
fn is_printable(c: char) -> bool {
    !matches!(c as u32,
        0..=0x1f | 0x7f..=0xa0 | 0xad | 0x0600..=0x0605 | 0x061c | 0x06dd | 0x070f | 0x1680 | 0x180e
        | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x206f | 0x3000 | 0xe000..=0xf8ff | 0xfeff
        | 0xfff0..=0xfffb | 0xfffe..=0xffff | 0xe0000..=0xe0fff | 0xf0000..=0x0010_ffff)
}

/// A float in the fewest digits that give it back, with an exponent where Python writes one.
pub(crate) fn float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&power) || value == 0.0 {
        format!("{value:?}")
    } else {
        let sign = if power < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{:02}", power.abs())
    }
}
