//! Lengths of time in attributes: `"1m30s"`, `2.5` (seconds), or an expression of type `Duration`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Expr, ExprLit, Lit, Result};

const EXPECTED: &str =
    "expected a length of time: \"250ms\", \"1m30s\", 2.5 (seconds), or a constant `Duration`";

/// The expression of type `Duration` for what was written.
pub(crate) fn expression(written: &Expr) -> Result<TokenStream> {
    let seconds = match written {
        Expr::Lit(ExprLit { lit, .. }) => match lit {
            Lit::Str(text) => units(&text.value()),
            Lit::Int(number) => number.base10_parse().ok(),
            Lit::Float(number) => number.base10_parse().ok(),
            _ => None,
        },
        _ => return Ok(quote!(#written)),
    };
    // Up to some 30 years, which is also what keeps nanoseconds within their type.
    let Some(seconds) = seconds.filter(|seconds| (0.0..1e9).contains(seconds)) else {
        return Err(Error::new_spanned(written, EXPECTED));
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded above"
    )]
    let nanos = (seconds * 1e9).round() as u64;
    Ok(quote!(::core::time::Duration::from_nanos(#nanos)))
}

/// The seconds of `1h30m`, `250ms`, `2.5s`.
fn units(text: &str) -> Option<f64> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut total = 0.0;
    let mut rest = compact.as_str();
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c: char| c.is_ascii_alphabetic())?);
        let end = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, after) = tail.split_at(end);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * seconds;
        rest = after;
    }
    (!compact.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::units;

    #[test]
    fn lengths_of_time_have_units() {
        let cases = [
            ("250ms", Some(0.25)),
            ("1m 30s", Some(90.0)),
            ("2.5s", Some(2.5)),
            ("1d", Some(86_400.0)),
            ("", None),
            ("5", None),
            ("5 parsecs", None),
            ("s", None),
        ];
        for (text, expected) in cases {
            assert_eq!(units(text), expected, "{text}");
        }
    }
}
