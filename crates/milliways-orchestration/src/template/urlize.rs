//! The filter `urlize`: addresses within a text become links.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use minijinja::Error;
use minijinja::value::{Kwargs, Rest, Value};
use regex::{Regex, RegexBuilder};

use super::guard::MAX_VALUE;
use super::jinja::{Arguments, escaped, no};

/// How many schemes a template may add.
const MAX_SCHEMES: usize = 16;
/// Pairs that enclose an address, or belong to it.
const PAIRS: [(&str, &str); 3] = [("(", ")"), ("<", ">"), ("&lt;", "&gt;")];
/// What ends a sentence or an aside, and is no part of an address at its end.
const CLOSING: [&str; 6] = [")", ">", ".", ",", "\n", "&gt;"];

/// Addresses of pages: with a scheme or `www.`, below a well-known domain, or by number.
static PAGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let named = r"(?:https?://|www\.)(?:[\w%-]+\.)*(?:[a-z]{2,63}|xn--[\w%]{2,59})";
    let known = r"(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)";
    let numbered =
        r"https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\])";
    let whole = format!(r"^(?:{named}|{known}|{numbered})(?::\d{{1,5}})?(?:[/?#]\S*)?$");
    RegexBuilder::new(&whole)
        .case_insensitive(true)
        .build()
        .ok()
});
static MAIL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\S+@\w[\w.-]*\.\w+$").ok());
static SCHEME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[\w.+-]{2,}:/{0,2}$").ok());

fn is_like(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(text))
}

pub(super) fn urlize(text: &Value, rest: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let given = Arguments::new(rest, named);
    let links = Links::asked(&given)?;
    given.end()?;
    // What is escaped already stays as it is.
    let text = if text.is_safe() {
        text.to_string()
    } else {
        escaped(&text.to_string())
    };
    let mut written = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end_matches(char::is_whitespace);
        links.write(word, &mut written);
        written.push_str(&piece[word.len()..]);
        if written.len() > MAX_VALUE {
            return Err(no("a value is too large"));
        }
    }
    Ok(written)
}

/// What links look like.
struct Links {
    /// How many characters of an address are shown; what is below 0 is counted from the end.
    limit: Option<i64>,
    attributes: String,
    schemes: Vec<String>,
}

impl Links {
    fn asked(given: &Arguments) -> Result<Self, Error> {
        let limit = given.get(0, "trim_url_limit").map(|limit| {
            limit
                .as_i64()
                .ok_or_else(|| no("`urlize` is given a number of characters"))
        });
        let rel = given.text(3, "rel", "");
        let mut relations: BTreeSet<&str> = rel.split_whitespace().collect();
        relations.insert("noopener");
        if given.is_set(1, "nofollow", false) {
            relations.insert("nofollow");
        }
        let relations = Vec::from_iter(relations).join(" ");
        let mut attributes = format!(" rel=\"{}\"", escaped(&relations));
        let target = given.text(2, "target", "");
        if !target.is_empty() {
            attributes.extend([" target=\"", &escaped(&target), "\""]);
        }
        let mut schemes = Vec::new();
        if let Some(asked) = given.get(4, "extra_schemes") {
            for scheme in asked.try_iter()?.take(MAX_SCHEMES + 1) {
                let scheme = scheme.to_string();
                if !is_like(&SCHEME, &scheme) {
                    return Err(no("`urlize` is given schemes like `tel:` or `ftp://`"));
                }
                schemes.push(scheme);
            }
        }
        if schemes.len() > MAX_SCHEMES {
            return Err(no("`urlize` is given 16 schemes at most"));
        }
        Ok(Self {
            limit: limit.transpose()?,
            attributes,
            schemes,
        })
    }

    /// Writes a word, as a link if it is an address.
    fn write(&self, word: &str, out: &mut String) {
        let (head, address, tail) = apart(word);
        out.push_str(head);
        if is_like(&PAGE, address) {
            let is_whole = address.starts_with("https://") || address.starts_with("http://");
            let scheme = if is_whole { "" } else { "https://" };
            let to = format!("{scheme}{address}");
            link(out, &to, &self.attributes, &self.trimmed(address));
        } else if let Some(mail) = address.strip_prefix("mailto:")
            && is_like(&MAIL, mail)
        {
            link(out, address, "", mail);
        } else if is_mail(address) {
            link(out, &format!("mailto:{address}"), "", address);
        } else if self
            .schemes
            .iter()
            .any(|scheme| address != scheme && address.starts_with(scheme))
        {
            link(out, address, &self.attributes, address);
        } else {
            out.push_str(address);
        }
        out.push_str(tail);
    }

    fn trimmed(&self, address: &str) -> String {
        let length = i64::try_from(address.chars().count()).unwrap_or(i64::MAX);
        match self.limit {
            Some(limit) if length > limit => {
                let kept = if limit < 0 { length + limit } else { limit };
                let kept = usize::try_from(kept).unwrap_or(0);
                let kept: String = address.chars().take(kept).collect();
                format!("{kept}...")
            }
            _ => address.to_owned(),
        }
    }
}

fn link(out: &mut String, to: &str, attributes: &str, shown: &str) {
    out.extend(["<a href=\"", to, "\"", attributes, ">", shown, "</a>"]);
}

fn is_mail(address: &str) -> bool {
    address.contains('@')
        && !address.starts_with("www.")
        && !address.starts_with('@')
        && !address.contains(':')
        && is_like(&MAIL, address)
}

/// What opens before an address, the address, and what closes after it. What was opened within the address closes
/// there.
fn apart(word: &str) -> (&str, &str, &str) {
    let mut start = 0;
    while let Some((open, _)) = PAIRS
        .iter()
        .find(|(open, _)| word[start..].starts_with(open))
    {
        start += open.len();
    }
    let (head, rest) = word.split_at(start);
    let mut end = rest.len();
    while let Some(close) = CLOSING.iter().find(|close| rest[..end].ends_with(**close)) {
        end -= close.len();
    }
    for (open, close) in PAIRS {
        let opened = rest[..end].matches(open).count();
        if opened > rest[..end].matches(close).count() {
            let closed = rest[end..].match_indices(close).take(opened).last();
            end += closed.map_or(0, |(place, close)| place + close.len());
        }
    }
    (head, &rest[..end], &rest[end..])
}
