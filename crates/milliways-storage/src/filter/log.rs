//! Which log lines, as conditions on `l`.

use milliways_model::filter::{LogFilter, Operator};

use super::Conditions;

pub(super) fn conditions(outer: &mut Conditions<'_>, filter: &LogFilter) {
    outer.group(filter.operator, |all| {
        if let Some(level) = &filter.level {
            all.group(Operator::And, |all| {
                if let Some(least) = level.ge_ {
                    all.with("l.level >= {}", least);
                }
                if let Some(most) = level.le_ {
                    all.with("l.level <= {}", most);
                }
            });
        }
        if let Some(span) = &filter.timestamp {
            all.group(Operator::And, |all| all.time_span("l.timestamp", span));
        }
        if let Some(run) = &filter.flow_run_id {
            all.any("l.flow_run_id", run.any_.as_ref());
        }
        if let Some(run) = &filter.task_run_id {
            all.any_or_null("l.task_run_id", &run.clone().into());
        }
        if let Some(text) = &filter.text {
            words(all, &text.query);
        }
    });
}

/// Words in any order, `"a phrase"`, and `-` or `!` in front of what must not appear.
fn words(outer: &mut Conditions<'_>, query: &str) {
    outer.group(Operator::And, |all| {
        for (excluded, term) in terms(query) {
            let pattern = super::contains(&term);
            let not = if excluded { "NOT " } else { "" };
            all.group(Operator::Or, |any| {
                let place = any.query.value(pattern);
                any.add(format!(
                    "{not}(l.message ILIKE {place} ESCAPE '\\' OR l.name ILIKE {place} ESCAPE '\\')"
                ));
            });
        }
    });
}

fn terms(query: &str) -> Vec<(bool, String)> {
    let mut terms = Vec::new();
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        let (excluded, body) = match rest.strip_prefix(['-', '!']) {
            Some(body) if !body.starts_with(char::is_whitespace) => (true, body),
            _ => (false, rest.strip_prefix('+').unwrap_or(rest)),
        };
        let (term, after) = match body.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => body.split_at(body.find(char::is_whitespace).unwrap_or(body.len())),
        };
        if !term.is_empty() {
            terms.push((excluded, term.to_owned()));
        }
        rest = after.trim_start();
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::terms;

    #[test]
    fn a_query_is_words_phrases_and_exclusions() {
        let plain = |text: &str| (false, text.to_owned());
        for (query, expected) in [
            ("", vec![]),
            ("disk full", vec![plain("disk"), plain("full")]),
            (
                "\"disk full\" -retry",
                vec![plain("disk full"), (true, "retry".to_owned())],
            ),
            (
                "+a !b \"open",
                vec![plain("a"), (true, "b".to_owned()), plain("open")],
            ),
            ("a - b", vec![plain("a"), plain("-"), plain("b")]),
        ] {
            assert_eq!(terms(query), expected, "{query}");
        }
    }
}
