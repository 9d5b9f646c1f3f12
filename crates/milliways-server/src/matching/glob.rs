//! Patterns of label values: `*`, `?` and `[…]` over the whole value, letter case counts.

/// Whether `text` matches a value of a filter: a pattern, with `!` in front what must not match.
pub(super) fn value_matches(expected: &str, text: &str) -> bool {
    match expected.strip_prefix('!') {
        Some(pattern) => !glob_matches(pattern, text),
        None => glob_matches(expected, text),
    }
}

/// Whether the whole of `text` matches `pattern`, in time linear in their product.
fn glob_matches(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?', '[']) {
        return pattern == text;
    }
    let parts = parse(pattern);
    let text: Vec<char> = text.chars().collect();
    let (mut part, mut at) = (0, 0);
    // Where the last star stands, and how much it has taken: the only place worth going back to.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match parts.get(part) {
            Some(Part::Any) => {
                star = Some((part, at));
                part += 1;
                continue;
            }
            Some(single) if single.accepts(text[at]) => {
                part += 1;
                at += 1;
                continue;
            }
            _ => {}
        }
        let Some((place, taken)) = star else {
            return false;
        };
        star = Some((place, taken + 1));
        part = place + 1;
        at = taken + 1;
    }
    parts[part..].iter().all(|part| matches!(part, Part::Any))
}

#[derive(Debug)]
enum Part {
    /// `*`
    Any,
    /// `?`
    One,
    /// A character that stands for itself.
    Exactly(char),
    /// `[a-z]`, or `[!a-z]` for all others.
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Part {
    fn accepts(&self, character: char) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Exactly(expected) => *expected == character,
            Self::Set { negated, ranges } => {
                ranges
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&character))
                    != *negated
            }
        }
    }
}

fn parse(pattern: &str) -> Vec<Part> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut parts = Vec::with_capacity(characters.len());
    let mut at = 0;
    while let Some(character) = characters.get(at) {
        at += 1;
        parts.push(match character {
            '*' => Part::Any,
            '?' => Part::One,
            '[' => match set(&characters[at..]) {
                Some((set, length)) => {
                    at += length;
                    set
                }
                None => Part::Exactly('['),
            },
            other => Part::Exactly(*other),
        });
    }
    parts
}

/// The set that begins after `[`, and its length with the closing bracket; none where nothing closes it.
fn set(rest: &[char]) -> Option<(Part, usize)> {
    let negated = rest.first() == Some(&'!');
    let start = usize::from(negated);
    // A closing bracket in the first place stands for itself.
    let length = rest
        .get(start + 1..)?
        .iter()
        .position(|character| *character == ']')?
        + 1;
    let inside = &rest[start..start + length];
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(first) = inside.get(at) {
        if let Some(['-', last]) = inside.get(at + 1..at + 3) {
            ranges.push((*first, *last));
            at += 3;
        } else {
            ranges.push((*first, *first));
            at += 1;
        }
    }
    Some((Part::Set { negated, ranges }, start + length + 1))
}

#[cfg(test)]
mod tests {
    use super::value_matches;

    #[test]
    fn values_are_patterns_over_the_whole_text() {
        for (expected, text, matches) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("A", "a", false),
            ("!a", "a", false),
            ("!a", "b", true),
            ("a*", "a", true),
            ("a*", "abc", true),
            ("a*", "ba", false),
            ("*", "", true),
            ("!*", "x", false),
            ("*.flow-run.*", "prefect.flow-run.1", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[abc]", "b", true),
            ("[!abc]", "b", false),
            ("[a-c]x", "bx", true),
            ("[]]", "]", true),
            ("[x", "[x", true),
            ("é?", "éß", true),
        ] {
            assert_eq!(value_matches(expected, text), matches, "{expected} {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_takes_no_time() {
        let pattern = "*a".repeat(200) + "b";
        assert!(!value_matches(&pattern, &"a".repeat(2_000)));
    }
}
