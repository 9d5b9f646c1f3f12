//! Makes text fit what the server takes: its length, and no NUL, which PostgreSQL can't store.

use std::borrow::Cow;
use std::sync::Arc;

/// The most characters that a log line or a state's message keeps.
pub(crate) const MAX_MESSAGE: usize = 1_000_000;

/// A state's message as it is kept: without NUL, and cut where it is longer than 1,000,000 characters.
pub fn message(text: &str) -> Arc<str> {
    fitting(text, MAX_MESSAGE).into()
}

/// `text` without NUL and cut to `limit` characters, with a notice where it was cut.
pub(crate) fn fitting(text: &str, limit: usize) -> Cow<'_, str> {
    let text = without_nul(text);
    // So many bytes can't be more characters.
    if text.len() <= limit {
        return text;
    }
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text;
    };
    let left_out = text[end..].chars().count();
    Cow::Owned(format!(
        "{}… [{left_out} characters more were left out]",
        &text[..end]
    ))
}

fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_between_characters_and_says_so() {
        assert_eq!(fitting("äöü", 3), "äöü");
        assert_eq!(
            fitting("äöüß!", 3),
            "äöü… [2 characters more were left out]"
        );
    }

    #[test]
    fn nul_becomes_a_replacement_character() {
        assert_eq!(fitting("a\0b", 10), "a\u{fffd}b");
    }
}
