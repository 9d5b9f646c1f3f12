//! The text of recurrence rules: `RRULE`, `EXRULE`, `RDATE`, `EXDATE`, `DTSTART`.

use jiff::civil::{DateTime, date};

use super::rule::{Given, Rule};

/// Where rules begin that don't say so.
pub(super) fn beginning() -> DateTime {
    date(2020, 1, 1).at(0, 0, 0, 0)
}

/// The most dates of one list.
const MOST_DATES: usize = 1_000;

/// What the text says.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) rules: Vec<Rule>,
    pub(super) dates: Vec<DateTime>,
    pub(super) excluded_rules: Vec<Rule>,
    pub(super) excluded_dates: Vec<DateTime>,
    is_set: bool,
}

/// A date, and whether it names a zone.
type Dated = (DateTime, bool);

impl Parsed {
    /// Reads a text; the error says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let text = text.to_uppercase();
        let lines: Vec<&str> = text.split_whitespace().collect();
        let mut parsed = Self::default();
        match lines.as_slice() {
            [] => return Err("empty string".to_owned()),
            [line] if !line.contains(':') || line.starts_with("RRULE:") => {
                let line = line.strip_prefix("RRULE:").unwrap_or(line);
                parsed.rules.push(rule(line, None)?);
                return Ok(parsed);
            }
            _ => {}
        }
        let (mut rules, mut excluded_rules, mut start) = (Vec::new(), Vec::new(), None);
        for line in lines {
            let (name, value) = line.split_once(':').unwrap_or(("RRULE", line));
            let mut words = name.split(';');
            let name = words.next().unwrap_or_default();
            let words: Vec<&str> = words.collect();
            match name {
                "RRULE" if words.is_empty() => rules.push(value),
                "EXRULE" if words.is_empty() => excluded_rules.push(value),
                "RRULE" | "EXRULE" => return Err(format!("unsupported {name} parm: {}", words[0])),
                "RDATE" => {
                    if let Some(word) = words.iter().find(|word| **word != "VALUE=DATE-TIME") {
                        return Err(format!("unsupported RDATE parm: {word}"));
                    }
                    parsed
                        .dates
                        .extend(dates(value, &[])?.into_iter().map(|(date, _)| date));
                    parsed.is_set = true;
                }
                "EXDATE" => {
                    let excluded = dates(value, &words)?;
                    parsed
                        .excluded_dates
                        .extend(excluded.into_iter().map(|(date, _)| date));
                    parsed.is_set = true;
                }
                "DTSTART" => match dates(value, &words)?.as_slice() {
                    [one] => start = Some(*one),
                    _ => return Err(format!("Multiple DTSTART values specified:{value}")),
                },
                other => return Err(format!("unsupported property: {other}")),
            }
        }
        parsed.is_set |= rules.len() > 1 || !excluded_rules.is_empty();
        if rules.is_empty() && !parsed.is_set {
            return Err("there is no rule".to_owned());
        }
        for line in rules {
            parsed.rules.push(rule(line, start)?);
        }
        for line in excluded_rules {
            parsed.excluded_rules.push(rule(line, start)?);
        }
        parsed.dates.sort_unstable();
        parsed.excluded_dates.sort_unstable();
        Ok(parsed)
    }

    /// The rule, where there is nothing else.
    pub(super) fn lone_rule(&self) -> Option<&Rule> {
        match self.rules.as_slice() {
            [rule] if !self.is_set => Some(rule),
            _ => None,
        }
    }
}

fn rule(line: &str, start: Option<Dated>) -> Result<Rule, String> {
    let mut given = Given::new(start.map_or_else(beginning, |(start, _)| start));
    let mut until_is_zoned = None;
    for pair in line.split(';') {
        let (name, value) = pair
            .split_once('=')
            .ok_or_else(|| format!("not a pair: {pair}"))?;
        let wrong = || format!("invalid '{name}': {value}");
        if name == "UNTIL" {
            let (until, is_zoned) = moment(value).ok_or("invalid until date")?;
            given.until = Some(until);
            until_is_zoned = Some(is_zoned);
        } else {
            let is_known = given.set(name, value).ok_or_else(wrong)?;
            if !is_known {
                return Err(format!("unknown parameter '{name}'"));
            }
        }
    }
    if let (Some(is_zoned), Some((_, start_is_zoned))) = (until_is_zoned, start)
        && is_zoned != start_is_zoned
    {
        let text = "RRULE UNTIL values must be specified in UTC when DTSTART is timezone-aware";
        return Err(text.to_owned());
    }
    given.finish()
}

fn dates(value: &str, words: &[&str]) -> Result<Vec<Dated>, String> {
    let (mut is_zoned, mut values) = (false, 0);
    for word in words {
        match word.strip_prefix("TZID=") {
            Some(_) => is_zoned = true,
            None if matches!(*word, "VALUE=DATE-TIME" | "VALUE=DATE") => values += 1,
            None => return Err(format!("unsupported parm: {word}")),
        }
    }
    if values > 1 {
        return Err("Duplicate value parameter found".to_owned());
    }
    let found: Vec<Dated> = value
        .split(',')
        .map(|text| moment(text).ok_or_else(|| format!("not a date: {text}")))
        .collect::<Result<_, _>>()?;
    if found.len() > MOST_DATES {
        return Err(format!("more than {MOST_DATES} dates"));
    }
    if is_zoned && found.iter().any(|(_, has_zone)| *has_zone) {
        return Err("DTSTART/EXDATE specifies multiple timezone".to_owned());
    }
    Ok(found
        .into_iter()
        .map(|(date, has_zone)| (date, has_zone || is_zoned))
        .collect())
}

/// `20261121`, `20261121T0930`, `20261121T093000`, `2026-11-21T09:30:00`, each with `Z` or an offset or neither.
fn moment(text: &str) -> Option<Dated> {
    let (text, is_zoned) = without_zone(text.trim());
    let (day, clock) = text.split_once('T').unwrap_or((text, ""));
    let day = digits(day, '-')?;
    let clock = digits(clock.split_once('.').map_or(clock, |(whole, _)| whole), ':')?;
    let number = |text: &str| text.parse::<i16>().ok();
    let small = |text: &str| text.parse::<i8>().ok();
    if day.len() != 8 || !matches!(clock.len(), 0 | 2 | 4 | 6) {
        return None;
    }
    let part = |place: usize| clock.get(place..place + 2).map_or(Some(0), small);
    let day =
        jiff::civil::Date::new(number(&day[..4])?, small(&day[4..6])?, small(&day[6..])?).ok()?;
    let clock = jiff::civil::Time::new(part(0)?, part(2)?, part(4)?, 0).ok()?;
    Some((day.to_datetime(clock), is_zoned))
}

fn without_zone(text: &str) -> (&str, bool) {
    if let Some(text) = text.strip_suffix('Z') {
        return (text, true);
    }
    // An offset comes behind the clock; before it there may be hyphens between the parts of the day.
    match text
        .find('T')
        .and_then(|at| Some(at + text[at..].find(['+', '-'])?))
    {
        Some(at) => (&text[..at], true),
        None => (text, false),
    }
}

fn digits(text: &str, between: char) -> Option<String> {
    let text: String = text.chars().filter(|c| *c != between).collect();
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(text)
}
