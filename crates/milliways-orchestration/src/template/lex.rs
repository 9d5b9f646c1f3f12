//! The blocks of a template and their tokens, with what Jinja's own lexer says of text that is none.
//!
//! The parser that templates are rendered by has other words for the same mistakes; clients show these.

use super::Flaw;

/// `{{ … }}` or `{% … %}`.
pub(super) struct Block {
    is_statement: bool,
    pub(super) tokens: Vec<Token>,
}

impl Block {
    /// The word that a statement begins with.
    pub(super) fn keyword(&self) -> Option<&str> {
        match self.tokens.first() {
            Some(Token::Name(name)) if self.is_statement => Some(name),
            _ => None,
        }
    }
}

/// A part of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Name(String),
    Integer(u64),
    Float,
    Text,
    Operator(&'static str),
}

/// Longer ones first.
const OPERATORS: [&str; 26] = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";",
];

/// All blocks, up to one that does not end.
pub(super) fn blocks(source: &str) -> Result<Vec<Block>, Flaw> {
    let source: Vec<char> = source.replace("\r\n", "\n").chars().collect();
    let mut lexer = Lexer {
        source: &source,
        at: 0,
    };
    let mut found = Vec::new();
    while let Some(block) = lexer.next_block()? {
        let is_raw = block.keyword() == Some("raw");
        found.push(block);
        if is_raw {
            lexer.skip_raw();
        }
    }
    Ok(found)
}

struct Lexer<'s> {
    source: &'s [char],
    at: usize,
}

impl Lexer<'_> {
    fn looking_at(&self, text: &str) -> bool {
        let rest = &self.source[self.at.min(self.source.len())..];
        text.chars()
            .enumerate()
            .all(|(n, c)| rest.get(n) == Some(&c))
    }

    fn line(&self) -> usize {
        1 + self.source[..self.at]
            .iter()
            .filter(|c| **c == '\n')
            .count()
    }

    fn flaw<T>(&self, message: String) -> Result<T, Flaw> {
        Err(Flaw {
            line: self.line(),
            message,
        })
    }

    /// Passes over text and comments, and reads the block that follows.
    fn next_block(&mut self) -> Result<Option<Block>, Flaw> {
        while self.at < self.source.len() {
            if self.looking_at("{#") {
                while self.at < self.source.len() && !self.looking_at("#}") {
                    self.at += 1;
                }
                self.at += 2;
            } else if self.looking_at("{{") || self.looking_at("{%") {
                let is_statement = self.looking_at("{%");
                self.at += 2;
                if self.looking_at("-") || self.looking_at("+") {
                    self.at += 1;
                }
                let tokens = self.tokens(if is_statement { "%}" } else { "}}" })?;
                return Ok(Some(Block {
                    is_statement,
                    tokens,
                }));
            } else {
                self.at += 1;
            }
        }
        Ok(None)
    }

    /// What stands between `{% raw %}` and `{% endraw %}` is text.
    fn skip_raw(&mut self) {
        while self.at < self.source.len() {
            if self.looking_at("{%") {
                let inside: String = self.source[self.at + 2..].iter().take(64).collect();
                if inside
                    .trim_start_matches(['-', '+'])
                    .trim_start()
                    .starts_with("endraw")
                {
                    return;
                }
            }
            self.at += 1;
        }
    }

    fn tokens(&mut self, end: &str) -> Result<Vec<Token>, Flaw> {
        let mut tokens = Vec::new();
        let mut open: Vec<char> = Vec::new();
        while let Some(first) = self.source.get(self.at).copied() {
            if open.is_empty() {
                let sign = usize::from(matches!(first, '-' | '+'));
                self.at += sign;
                if self.looking_at(end) {
                    self.at += end.len();
                    return Ok(tokens);
                }
                self.at -= sign;
            }
            if first.is_whitespace() {
                self.at += 1;
            } else if first.is_ascii_digit() {
                tokens.push(self.number());
            } else if first.is_alphabetic() || first == '_' {
                tokens.push(self.name());
            } else if let Some(after) = self.end_of_text(first) {
                self.at = after;
                tokens.push(Token::Text);
            } else if let Some(operator) = OPERATORS.iter().find(|one| self.looking_at(one)) {
                self.balance(first, &mut open)?;
                self.at += operator.len();
                tokens.push(Token::Operator(operator));
            } else {
                let shown = match first {
                    '\'' => "\"'\"".to_owned(),
                    other => format!("'{}'", other.escape_debug()),
                };
                return self.flaw(format!("unexpected char {shown} at {}", self.at));
            }
        }
        Ok(tokens)
    }

    fn balance(&self, first: char, open: &mut Vec<char>) -> Result<(), Flaw> {
        match first {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' => match open.pop() {
                None => return self.flaw(format!("unexpected '{first}'")),
                Some(expected) if expected != first => {
                    return self.flaw(format!("unexpected '{first}', expected '{expected}'"));
                }
                Some(_) => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn name(&mut self) -> Token {
        let begin = self.at;
        while self
            .source
            .get(self.at)
            .is_some_and(|c| c.is_alphanumeric() || *c == '_')
        {
            self.at += 1;
        }
        Token::Name(self.source[begin..self.at].iter().collect())
    }

    fn number(&mut self) -> Token {
        let begin = self.at;
        let mut is_float = false;
        while let Some(next) = self.source.get(self.at) {
            let after = self.source.get(self.at + 1);
            let digit_follows = after.is_some_and(char::is_ascii_digit);
            match next {
                '.' if digit_follows && !is_float => is_float = true,
                'e' | 'E' if digit_follows || matches!(after, Some('+' | '-')) => {
                    is_float = true;
                    self.at += 1;
                }
                c if c.is_ascii_alphanumeric() || *c == '_' => {}
                _ => break,
            }
            self.at += 1;
        }
        self.at = self.at.min(self.source.len());
        if is_float {
            return Token::Float;
        }
        let digits: String = self.source[begin..self.at]
            .iter()
            .filter(|c| **c != '_')
            .collect();
        Token::Integer(digits.parse().unwrap_or(u64::MAX))
    }

    /// Where the text in quotes ends that begins here.
    fn end_of_text(&self, quote: char) -> Option<usize> {
        if !matches!(quote, '"' | '\'') {
            return None;
        }
        let mut at = self.at + 1;
        loop {
            match *self.source.get(at)? {
                '\\' => at += 2,
                c if c == quote => return Some(at + 1),
                _ => at += 1,
            }
        }
    }
}
