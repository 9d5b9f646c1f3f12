//! One pass over text that is JSON already, for what a parser lets through when it keeps a value as text.

use std::fmt;

/// The deepest nesting: the server allows 64 levels, some of which the record itself takes.
const DEEPEST: usize = 56;

/// Why the server would refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Nested deeper than allowed.
    TooDeep,
    /// A number beyond what a 64-bit float holds.
    HugeNumber,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep => write!(f, "it is nested deeper than {DEEPEST} levels"),
            Self::HugeNumber => f.write_str("it has a number that no 64-bit float can hold"),
        }
    }
}

/// The same value on one line. Halves of surrogate pairs, which are no characters, become U+FFFD.
pub(super) fn clean(text: &str) -> Result<Box<str>, Flaw> {
    let mut out = String::with_capacity(text.len());
    let mut level = 0_usize;
    let mut rest = text;
    while let Some(next) = rest.find([
        '"', '{', '[', '}', ']', '\n', '\r', 'e', 'E', '0', '1', '2', '3', '4', '5', '6', '7', '8',
        '9',
    ]) {
        out.push_str(&rest[..next]);
        rest = &rest[next..];
        let length = match rest.as_bytes()[0] {
            b'"' => string(rest, &mut out),
            b'\n' | b'\r' => {
                out.push(' ');
                1
            }
            b'{' | b'[' => {
                level += 1;
                if level > DEEPEST {
                    return Err(Flaw::TooDeep);
                }
                copy(rest, 1, &mut out)
            }
            b'}' | b']' => {
                level = level.saturating_sub(1);
                copy(rest, 1, &mut out)
            }
            b'0'..=b'9' => {
                let length = number(rest)?;
                copy(rest, length, &mut out)
            }
            // The letter of `true` or `false`.
            _ => copy(rest, 1, &mut out),
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    Ok(out.into())
}

fn copy(text: &str, length: usize, out: &mut String) -> usize {
    out.push_str(&text[..length]);
    length
}

/// Copies the string at the beginning of `text`; gives its length with both quotes.
fn string(text: &str, out: &mut String) -> usize {
    let mut at = copy(text, 1, out);
    while let Some(next) = text[at..].find(['"', '\\']) {
        at += copy(&text[at..], next, out);
        if text.as_bytes()[at] == b'"' {
            return at + copy(&text[at..], 1, out);
        }
        at += match (unit(text, at), unit(text, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => copy(&text[at..], 12, out),
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                6
            }
            (Some(_), _) => copy(&text[at..], 6, out),
            // A parser has seen that a character follows, one of one byte.
            (None, _) => copy(&text[at..], 2, out),
        };
    }
    at
}

/// The code unit of an escape such as `\u00e9`.
fn unit(text: &str, at: usize) -> Option<u32> {
    u32::from_str_radix(text.get(at..at + 6)?.strip_prefix("\\u")?, 16).ok()
}

/// The length of the number at the beginning of `text`.
fn number(text: &str) -> Result<usize, Flaw> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let digits = &text[..length];
    // A short one without an exponent can't be too large.
    let may_be_huge = length > 300 || digits.contains(['e', 'E']);
    if may_be_huge && !digits.parse::<f64>().is_ok_and(f64::is_finite) {
        return Err(Flaw::HugeNumber);
    }
    Ok(length)
}
