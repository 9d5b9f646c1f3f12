//! Files stay small: lines of code, without blank lines, comments and tests.

use super::{Finding, Source};

/// The most lines of code a file may have, by language. Tests are lists of cases, so theirs may be longer.
fn cap(source: &Source) -> Option<usize> {
    let cap = match source.ending() {
        "rs" => 600,
        "ts" | "tsx" => 400,
        "py" => 700,
        _ => return None,
    };
    Some(if is_test(source) { cap * 2 } else { cap })
}

fn is_test(source: &Source) -> bool {
    let path = source.path.to_string_lossy();
    let parts = ["/tests/", "/e2e/", "tests.rs", ".test.ts", "/test_"];
    path.starts_with("tests/") || parts.iter().any(|part| path.contains(part))
}

pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    sources
        .iter()
        .filter(|source| !source.is_generated())
        .filter_map(check_file)
        .collect()
}

fn check_file(source: &Source) -> Option<Finding> {
    let cap = cap(source)?;
    let lines = match source.ending() {
        "rs" => code_lines(without_inline_tests(&source.text), "//"),
        "py" => code_lines(&source.text, "#"),
        _ => code_lines(&source.text, "//"),
    };
    let problem = format!("{lines} lines of code, more than {cap}: which second concept is in it?");
    (lines > cap).then(|| Finding::file(&source.path, problem))
}

/// The part of a Rust file in front of its inline tests, which stand at the end.
fn without_inline_tests(text: &str) -> &str {
    match text.find("#[cfg(test)]\nmod tests {") {
        Some(start) => &text[..start],
        None => text,
    }
}

fn code_lines(text: &str, comment: &str) -> usize {
    let mut in_block = false;
    let is_code = |line: &&str| {
        let line = line.trim();
        // `/* … */` of TypeScript and docstrings of Python, as far as they begin and end on lines of their own.
        if in_block {
            in_block = !(line.ends_with("*/") || line.ends_with("\"\"\""));
            return false;
        }
        let opens_docstring =
            line.starts_with("\"\"\"") && !(line.len() > 3 && line.ends_with("\"\"\""));
        let opens_comment = line.starts_with("/*") && !line.ends_with("*/");
        in_block = opens_docstring || opens_comment;
        !line.is_empty()
            && !line.starts_with(comment)
            && !line.starts_with("\"\"\"")
            && !line.starts_with("/*")
    };
    text.lines().filter(is_code).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blank_lines_and_docstrings_do_not_count() {
        assert_eq!(
            code_lines("// a\n\nlet x = 1; // b\n/* c\n d */\nlet y = 2;\n", "//"),
            2
        );
        assert_eq!(
            code_lines(
                "\"\"\"One line.\"\"\"\nx = 1\n\"\"\"Two\nlines.\n\"\"\"\n# c\ny = 2\n",
                "#"
            ),
            2
        );
    }

    #[test]
    fn inline_tests_do_not_count() {
        assert_eq!(
            without_inline_tests("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n"),
            "fn a() {}\n"
        );
    }
}
