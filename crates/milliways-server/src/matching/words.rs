//! Words to find in text: in any order, `"a phrase"`, `-` or `!` in front of what must not be there.

/// A query, taken apart once.
#[derive(Clone, Debug)]
pub(super) struct Words {
    terms: Vec<(bool, String)>,
}

impl Words {
    pub(super) fn of(query: &str) -> Self {
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
                terms.push((excluded, term.to_lowercase()));
            }
            rest = after.trim_start();
        }
        Self { terms }
    }

    /// Whether the texts hold every wanted term and no excluded one. A term lies within one text.
    pub(super) fn are_in<'a>(&self, texts: impl Iterator<Item = &'a str>) -> bool {
        let texts: Vec<String> = texts.map(str::to_lowercase).collect();
        self.terms
            .iter()
            .all(|(excluded, term)| texts.iter().any(|text| text.contains(term)) != *excluded)
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn a_query_is_words_phrases_and_exclusions() {
        for (query, matches) in [
            ("", true),
            ("disk", true),
            ("DISK full", true),
            ("\"disk is\"", true),
            ("\"is disk\"", false),
            ("disk -full", false),
            ("disk !empty", true),
            ("+disk \"very full", false),
            ("sda1", true),
        ] {
            let texts = ["The disk is full", "sda1"];
            assert_eq!(
                Words::of(query).are_in(texts.into_iter()),
                matches,
                "{query}"
            );
        }
    }
}
