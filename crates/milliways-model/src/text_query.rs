//! What a text search asks for: words and phrases of which one has to be there, that have to be there, that must not.

/// A text search, taken apart; its words are in small letters.
///
/// Words stand for themselves, in any case: one of them is enough. `"…"` is a phrase, in which `\"` is a quotation
/// mark. A `+` in front asks for the word or phrase beside whatever else matches; `-` or `!` lets nothing through that
/// has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextQuery {
    /// One of them has to be there, unless there are none.
    pub any: Vec<String>,
    /// Each has to be there.
    pub all: Vec<String>,
    /// None may be there.
    pub none: Vec<String>,
}

impl TextQuery {
    /// Takes a query apart. Every text is one: what is no sign of the syntax is looked for.
    pub fn of(query: &str) -> Self {
        let mut parts = Self::default();
        let mut rest = query.trim_start();
        while let Some(first) = rest.chars().next() {
            let mut list = &mut parts.any;
            if matches!(first, '-' | '!' | '+') {
                rest = &rest[1..];
                list = match first {
                    '+' => &mut parts.all,
                    _ => &mut parts.none,
                };
                if rest.is_empty() || rest.starts_with(char::is_whitespace) {
                    // A sign that stands alone is no word.
                    rest = rest.trim_start();
                    continue;
                }
            }
            let (term, after) = if let Some(quoted) = rest.strip_prefix('"') {
                phrase(quoted)
            } else {
                let is_end = |sign: char| sign.is_whitespace() || sign == '"';
                let (word, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
                (word.to_owned(), after)
            };
            if !term.trim().is_empty() {
                list.push(term.to_lowercase());
            }
            rest = after.trim_start();
        }
        parts
    }

    /// Whether texts answer it. A word or phrase lies within one text.
    pub fn is_answered_by<'a>(&self, texts: impl Iterator<Item = &'a str>) -> bool {
        let texts: Vec<String> = texts.map(str::to_lowercase).collect();
        let has = |term: &String| texts.iter().any(|text| text.contains(term));
        (self.any.is_empty() || self.any.iter().any(has))
            && self.all.iter().all(has)
            && !self.none.iter().any(has)
    }
}

/// A phrase up to its closing quotation mark, or to the end; and what comes after.
fn phrase(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut signs = quoted.char_indices();
    while let Some((place, sign)) = signs.next() {
        match sign {
            '"' => return (text, &quoted[place + 1..]),
            '\\' if quoted[place + 1..].starts_with(['"', '\\']) => {
                text.extend(signs.next().map(|(_, escaped)| escaped));
            }
            other => text.push(other),
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::TextQuery;

    #[test]
    fn a_query_is_words_phrases_and_signs_in_front() {
        for (query, any, all, none) in [
            ("", "", "", ""),
            ("disk full", "disk|full", "", ""),
            ("\"disk full\" -retry", "disk full", "", "retry"),
            ("+a !b \"open", "open", "a", "b"),
            ("a - b", "a|b", "", ""),
            ("-\"no way\" +\"one way\"", "", "one way", "no way"),
            (r#""say \"hi\" \\ \n""#, r#"say "hi" \ \n"#, "", ""),
            ("a\"b\"c", "a|b|c", "", ""),
            ("\"  \" é-è", "é-è", "", ""),
        ] {
            let found = TextQuery::of(query);
            let found = [&found.any, &found.all, &found.none].map(|terms| terms.join("|"));
            assert_eq!(found, [any, all, none], "{query}");
        }
    }

    #[test]
    fn one_word_is_enough_unless_more_are_asked_for() {
        for (query, is_answered) in [
            ("", true),
            ("disk", true),
            ("DISK full", true),
            ("empty full", true),
            ("empty", false),
            ("\"disk is\"", true),
            ("\"is disk\"", false),
            ("disk -full", false),
            ("disk !empty", true),
            ("+disk +empty", false),
            ("+disk full", true),
            ("+disk empty", false),
            ("sda1", true),
            ("-empty", true),
        ] {
            let texts = ["The disk is full", "sda1"].into_iter();
            assert_eq!(
                TextQuery::of(query).is_answered_by(texts),
                is_answered,
                "{query}"
            );
        }
    }
}
