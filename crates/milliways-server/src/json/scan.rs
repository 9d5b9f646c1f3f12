//! One pass over JSON text before it is parsed into types, without recursion.
//!
//! It finds what a parser lets through when it keeps a value as text: nesting that would exhaust the stack of
//! whoever parses it next, numbers that no float can hold, halves of surrogate pairs. It does not check the
//! grammar; the parser does.

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Nested deeper than allowed.
    TooDeep,
    /// A number beyond what a 64-bit float holds.
    HugeNumber,
    /// An escape that is half of a character.
    LoneSurrogate,
}

/// Looks `text` over; `depth` levels of nesting are allowed.
pub(crate) fn scan(text: &[u8], depth: usize) -> Result<(), Flaw> {
    let mut level = 0_usize;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => at = string(text, at + 1)?,
            b'{' | b'[' => {
                level += 1;
                if level > depth {
                    return Err(Flaw::TooDeep);
                }
            }
            b'}' | b']' => level = level.saturating_sub(1),
            b'0'..=b'9' => at = number(text, at)?,
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// The place of the quote that ends the string beginning at `at`.
fn string(text: &[u8], mut at: usize) -> Result<usize, Flaw> {
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return Ok(at),
            b'\\' => at += escape(text, at)?,
            _ => at += 1,
        }
    }
    Ok(at)
}

/// The length of the escape at `at`, pairs of surrogates taken together.
fn escape(text: &[u8], at: usize) -> Result<usize, Flaw> {
    match unit(text, at) {
        Some(0xd800..=0xdbff) => match unit(text, at + 6) {
            Some(0xdc00..=0xdfff) => Ok(12),
            _ => Err(Flaw::LoneSurrogate),
        },
        Some(0xdc00..=0xdfff) => Err(Flaw::LoneSurrogate),
        Some(_) => Ok(6),
        None => Ok(2),
    }
}

/// The code unit of an escape such as `\u00e9`.
fn unit(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The place of the last byte of the number at `at`.
fn number(text: &[u8], at: usize) -> Result<usize, Flaw> {
    let length = text[at..]
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        .unwrap_or(text.len() - at);
    let digits = &text[at..at + length];
    // A short one without an exponent can't be too large.
    if length > 300 || digits.iter().any(|byte| matches!(byte, b'e' | b'E')) {
        let value = std::str::from_utf8(digits)
            .ok()
            .and_then(|text| text.parse::<f64>().ok());
        if value.is_some_and(f64::is_infinite) {
            return Err(Flaw::HugeNumber);
        }
    }
    Ok(at + length - 1)
}
