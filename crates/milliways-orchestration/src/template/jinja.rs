//! What Jinja has in Python beyond the engine here: a few filters, functions and tests.

use minijinja::value::{Kwargs, Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind};
use minijinja_contrib::{filters, globals};

use super::guard::MAX_VALUE;
use super::urlize::urlize;

/// Adds them.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("center", center);
    environment.add_filter("e", escape);
    environment.add_filter("escape", escape);
    environment.add_filter("filesizeformat", filters::filesizeformat);
    environment.add_filter("forceescape", |text: &Value| escaped(&text.to_string()));
    environment.add_filter("pprint", pprint);
    environment.add_filter("striptags", |text: String| {
        one_spaced(&filters::striptags(text))
    });
    environment.add_filter("truncate", truncate);
    environment.add_filter("urlize", urlize);
    environment.add_filter("wordcount", |text: &Value| wordcount(&text.to_string()));
    environment.add_filter("wordwrap", wordwrap);
    environment.add_filter("xmlattr", xmlattr);
    environment.add_function("cycler", |items: Rest<Value>| globals::cycler(items.0));
    environment.add_function("joiner", globals::joiner);
    environment.add_test("callable", |value: &Value| {
        matches!(value.kind(), ValueKind::Plain)
    });
}

/// What a filter was given beside its value, by place or by name.
pub(super) struct Arguments {
    rest: Vec<Value>,
    named: Kwargs,
}

impl Arguments {
    pub(super) fn new(rest: Rest<Value>, named: Kwargs) -> Self {
        Self {
            rest: rest.0,
            named,
        }
    }

    /// One of them; none where it was left out or is `none`.
    pub(super) fn get(&self, place: usize, name: &str) -> Option<Value> {
        let named = self.named.get::<Option<Value>>(name).ok().flatten();
        let found = self.rest.get(place).cloned().or(named);
        found.filter(|value| !value.is_none() && !value.is_undefined())
    }

    pub(super) fn is_set(&self, place: usize, name: &str, default: bool) -> bool {
        self.get(place, name)
            .map_or(default, |value| value.is_true())
    }

    pub(super) fn text(&self, place: usize, name: &str, default: &str) -> String {
        self.get(place, name)
            .map_or_else(|| default.to_owned(), |value| value.to_string())
    }

    /// How many, `most` at most.
    pub(super) fn count(
        &self,
        place: usize,
        name: &str,
        most: usize,
    ) -> Result<Option<usize>, Error> {
        match self.get(place, name) {
            None => Ok(None),
            Some(count) => match count.as_usize() {
                Some(count) if count <= most => Ok(Some(count)),
                _ => Err(no("a width or count is too large, or none")),
            },
        }
    }

    /// Refuses names that nothing was asked for by.
    pub(super) fn end(&self) -> Result<(), Error> {
        self.named.assert_all_used()
    }
}

pub(super) fn no(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

/// The widest that a text is made.
const WIDEST: usize = 1_000;

fn center(text: &Value, rest: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let given = Arguments::new(rest, named);
    let width = given.count(0, "width", WIDEST)?.unwrap_or(80);
    given.end()?;
    let text = text.to_string();
    let missing = width.saturating_sub(text.chars().count());
    // An odd space goes where Python has it.
    let left = missing / 2 + (missing & width & 1);
    Ok(" ".repeat(left) + &text + &" ".repeat(missing - left))
}

/// As it would stand in a list.
fn pprint(value: &Value) -> String {
    let list = Value::from(vec![value.clone()]).to_string();
    list.get(1..list.len() - 1).unwrap_or_default().to_owned()
}

/// With the letters that Python escapes, once.
fn escape(text: &Value) -> Value {
    if text.is_safe() {
        return text.clone();
    }
    Value::from_safe_string(escaped(&text.to_string()))
}

pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&#34;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn wordcount(text: &str) -> usize {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .count()
}

fn truncate(text: &Value, rest: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let given = Arguments::new(rest, named);
    let length = given.count(0, "length", MAX_VALUE)?.unwrap_or(255);
    let cuts_words = given.is_set(1, "killwords", false);
    let end = given.text(2, "end", "...");
    let leeway = given.count(3, "leeway", MAX_VALUE)?.unwrap_or(5);
    given.end()?;
    let text = text.to_string();
    if text.chars().count() <= length + leeway {
        return Ok(text);
    }
    let kept = length
        .checked_sub(end.chars().count())
        .ok_or_else(|| no("the end is longer than the text may be"))?;
    let kept: String = text.chars().take(kept).collect();
    let whole = match kept.rsplit_once(' ') {
        Some((whole, _)) if !cuts_words => whole,
        _ => &kept,
    };
    Ok(format!("{whole}{end}"))
}

fn wordwrap(text: &Value, rest: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let given = Arguments::new(rest, named);
    let width = given.count(0, "width", WIDEST)?.unwrap_or(79).max(1);
    let breaks_words = given.is_set(1, "break_long_words", true);
    let between = given.text(2, "wrapstring", "\n");
    let breaks_at_hyphens = given.is_set(3, "break_on_hyphens", true);
    given.end()?;
    let text = text.to_string();
    let mut lines = Vec::new();
    for line in text.lines() {
        wrap(line, (width, breaks_words, breaks_at_hyphens), &mut lines);
    }
    if lines.len().saturating_mul(between.len() + width) > MAX_VALUE {
        return Err(no("a value is too large"));
    }
    Ok(lines.join(&between))
}

/// Lays the pieces of a line out in lines that are no wider than they may be.
fn wrap(
    line: &str,
    (width, breaks_words, breaks_at_hyphens): (usize, bool, bool),
    lines: &mut Vec<String>,
) {
    let mut open = String::new();
    let mut used = 0;
    for piece in pieces(line, breaks_at_hyphens) {
        let mut piece: Vec<char> = piece.chars().collect();
        while used + piece.len() > width {
            if piece.len() > width && breaks_words {
                // As much of it as there is room for.
                let rest = piece.split_off(width - used);
                open.extend(piece);
                piece = rest;
            } else if used == 0 {
                break;
            }
            lines.push(open.trim_end().to_owned());
            open.clear();
            used = 0;
        }
        // No line begins with the space between words, but the first.
        let is_space = piece.iter().all(|c| c.is_whitespace());
        if !(is_space && used == 0 && !lines.is_empty()) {
            used += piece.len();
            open.extend(piece);
        }
    }
    lines.push(open.trim_end().to_owned());
}

/// Words, the spaces between them, and parts of words that end in a hyphen.
fn pieces(line: &str, breaks_at_hyphens: bool) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut last: Option<char> = None;
    for (place, c) in line.char_indices() {
        let is_other = last.is_some_and(|last| last.is_whitespace() != c.is_whitespace());
        let is_after_hyphen = breaks_at_hyphens && last == Some('-') && c.is_alphanumeric();
        if is_other || (is_after_hyphen && place - start > 1) {
            found.push(&line[start..place]);
            start = place;
        }
        last = Some(c);
    }
    found.push(&line[start..]);
    found
}

fn xmlattr(attributes: &Value, rest: Rest<Value>, named: Kwargs) -> Result<String, Error> {
    let given = Arguments::new(rest, named);
    let is_spaced = given.is_set(0, "autospace", true);
    given.end()?;
    let mut written = Vec::new();
    for key in attributes.try_iter()? {
        let value = attributes.get_item(&key)?;
        if value.is_none() || value.is_undefined() {
            continue;
        }
        let key = key.to_string();
        if key.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '=')) {
            return Err(no("it can't be the name of an attribute"));
        }
        written.push(format!(
            "{}=\"{}\"",
            escaped(&key),
            escaped(&value.to_string())
        ));
    }
    let space = if is_spaced && !written.is_empty() {
        " "
    } else {
        ""
    };
    Ok(format!("{space}{}", written.join(" ")))
}
