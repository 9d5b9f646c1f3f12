//! Formats of texts that are insisted on; those that are not known here fit anything.

use std::net::{Ipv4Addr, Ipv6Addr};

use milliways_model::Timestamp;

/// Whether the text has that format.
pub(super) fn fits(format: &str, text: &str) -> bool {
    match format {
        "email" | "idn-email" => text.contains('@'),
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "date" => is_date(text),
        "time" => is_date_time(&format!("1970-01-01T{text}")),
        "date-time" => is_date_time(text),
        "uuid" => text.len() == 36 && text.parse::<milliways_model::Uuid>().is_ok(),
        "json-pointer" => is_pointer(text),
        "relative-json-pointer" => {
            let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.len() < text.len() && (rest == "#" || is_pointer(rest))
        }
        _ => true,
    }
}

fn is_date(text: &str) -> bool {
    text.is_ascii() && text.len() == 10 && format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok()
}

/// RFC 3339: a full date, a full time, and always an offset.
fn is_date_time(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let bytes = text.as_bytes();
    let shape_fits = bytes.len() >= 20
        && bytes[..19]
            .iter()
            .zip(b"0000-00-00T00:00:00")
            .all(|(c, shape)| match shape {
                b'0' => c.is_ascii_digit(),
                other => c == other,
            });
    if !shape_fits {
        return false;
    }
    let rest = text[19..]
        .strip_prefix('.')
        .map_or(&text[19..], |fraction| {
            let digits = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if digits.len() == fraction.len() {
                ""
            } else {
                digits
            }
        });
    let offset_fits = rest == "Z"
        || rest.strip_prefix(['+', '-']).is_some_and(|offset| {
            offset.len() == 5
                && offset.as_bytes()[2] == b':'
                && offset[..2].parse::<u8>().is_ok_and(|hours| hours < 24)
                && offset[3..].parse::<u8>().is_ok_and(|minutes| minutes < 60)
        });
    offset_fits && format!("{}Z", &text[..19]).parse::<Timestamp>().is_ok()
}

fn is_pointer(text: &str) -> bool {
    (text.is_empty() || text.starts_with('/'))
        && text
            .split('~')
            .skip(1)
            .all(|after| after.starts_with(['0', '1']))
}
