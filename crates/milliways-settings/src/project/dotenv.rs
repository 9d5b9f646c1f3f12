//! The notation of `.env`: `NAME=value` a line, quotes where a value needs them, `${NAME}` for values from elsewhere.

use std::collections::BTreeMap;

/// What the text says, in the order of its lines: a later one may mention an earlier one.
pub(super) fn values(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<(String, String)>, String> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        let statement = rest.split_once('\n').map_or(rest, |(head, _)| head).trim();
        if statement.is_empty() || statement.starts_with('#') {
            rest = after_line(rest);
            line += 1;
            continue;
        }
        let bare = statement.strip_prefix("export ").unwrap_or(statement);
        let Some((name, _)) = bare.split_once('=') else {
            return Err(format!("expected NAME=value on line {line}"));
        };
        let name = name.trim().to_owned();
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(format!("expected NAME=value on line {line}"));
        }
        let begin = rest.find('=').map_or(rest.len(), |place| place + 1);
        let written = rest[begin..].trim_start_matches([' ', '\t']);
        let (value, tail) = value(written, line)?;
        line += rest[..rest.len() - tail.len()].matches('\n').count();
        rest = tail;
        let value = match value {
            Written::Literal(value) => value,
            Written::Open(value) => expanded(&value, &|name| {
                variable(name).or_else(|| known.get(name).cloned())
            }),
        };
        known.insert(name.clone(), value.clone());
        found.push((name, value));
    }
    Ok(found)
}

/// A value, and whether `${NAME}` means something in it.
enum Written {
    Literal(String),
    Open(String),
}

/// The value at the start of `text`, and what follows its line.
fn value(text: &str, line: usize) -> Result<(Written, &str), String> {
    let Some(quote) = text.chars().next().filter(|c| ['"', '\''].contains(c)) else {
        let plain = text.split_once('\n').map_or(text, |(head, _)| head);
        let bare = match plain
            .find(" #")
            .or_else(|| plain.starts_with('#').then_some(0))
        {
            Some(comment) => &plain[..comment],
            None => plain,
        };
        return Ok((Written::Open(bare.trim().to_owned()), after_line(text)));
    };
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((place, c)) = chars.next() {
        match c {
            c if c == quote => {
                let tail = after_line(&text[place + 1..]);
                let written = if quote == '"' {
                    Written::Open(value)
                } else {
                    Written::Literal(value)
                };
                return Ok((written, tail));
            }
            '\\' => match (quote, chars.next()) {
                ('"', Some((_, 'n'))) => value.push('\n'),
                ('"', Some((_, 't'))) => value.push('\t'),
                ('"', Some((_, 'r'))) => value.push('\r'),
                (quote, Some((_, c))) if c == quote || c == '\\' => value.push(c),
                (_, Some((_, c))) => value.extend(['\\', c]),
                (_, None) => {}
            },
            c => value.push(c),
        }
    }
    Err(format!("the quote on line {line} is not closed"))
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, tail)| tail)
}

/// The text with `${NAME}` and `${NAME:-otherwise}` replaced. What is not set is nothing.
fn expanded(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inner, tail)) = after.split_once('}') else {
            break;
        };
        whole.push_str(before);
        let (name, otherwise) = inner.split_once(":-").unwrap_or((inner, ""));
        let value = variable(name).filter(|value| !value.is_empty());
        whole.push_str(value.as_deref().unwrap_or(otherwise));
        rest = tail;
    }
    whole.push_str(rest);
    whole
}
