//! Where a text stops being JSON, in the words of Python's reader: forms show them to people.

/// What is wrong with the text and where; nothing when only a number is out of range or it is too deep.
pub(super) fn fault(text: &str) -> Option<String> {
    let mut reader = Reader {
        text: text.chars().collect(),
        at: 0,
        depth: 0,
    };
    let outcome = if reader.text.first() == Some(&'\u{feff}') {
        Err(("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0))
    } else {
        reader.document()
    };
    let (reason, at) = outcome.err()?;
    let before = &reader.text[..at];
    let line = before.iter().filter(|&&c| c == '\n').count() + 1;
    let column = at - before.iter().rposition(|&c| c == '\n').map_or(0, |n| n + 1) + 1;
    Some(format!("{reason}: line {line} column {column} (char {at})"))
}

type Read = Result<(), (&'static str, usize)>;

struct Reader {
    text: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn document(&mut self) -> Read {
        self.space();
        self.value()?;
        self.space();
        if self.at < self.text.len() {
            return Err(("Extra data", self.at));
        }
        Ok(())
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Read {
        // Deeper than any reader goes: that there is a fault has been said by the one that refused it.
        if self.depth > 200 {
            return Err(("Too deeply nested", self.at));
        }
        self.depth += 1;
        let read = match self.peek() {
            Some('"') => self.string(),
            Some('{') => self.object(),
            Some('[') => self.list(),
            Some('-' | '0'..='9') => self.number(),
            _ => self.word(),
        };
        self.depth -= 1;
        read
    }

    fn word(&mut self) -> Read {
        for word in ["null", "true", "false", "NaN", "Infinity"] {
            if self.text[self.at..]
                .iter()
                .take(word.len())
                .copied()
                .eq(word.chars())
            {
                self.at += word.len();
                return Ok(());
            }
        }
        Err(("Expecting value", self.at))
    }

    fn number(&mut self) -> Read {
        let start = self.at;
        if self.peek() == Some('-') {
            self.at += 1;
        }
        match self.peek() {
            Some('0') => self.at += 1,
            Some('1'..='9') => self.digits(),
            _ => return Err(("Expecting value", start)),
        }
        self.part(&['.'], &[]);
        self.part(&['e', 'E'], &['+', '-']);
        Ok(())
    }

    /// A fraction or exponent, taken only where a digit follows.
    fn part(&mut self, marks: &[char], signs: &[char]) {
        let start = self.at;
        if !self.peek().is_some_and(|c| marks.contains(&c)) {
            return;
        }
        self.at += 1;
        if self.peek().is_some_and(|c| signs.contains(&c)) {
            self.at += 1;
        }
        if self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.digits();
        } else {
            self.at = start;
        }
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Read {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(("Unterminated string starting at", start)),
                Some('"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some('\\') => self.escape(start)?,
                Some(c) if (c as u32) < 0x20 => {
                    return Err(("Invalid control character at", self.at));
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self, start: usize) -> Read {
        let slash = self.at;
        self.at += 1;
        match self.peek() {
            None => Err(("Unterminated string starting at", start)),
            Some('u') => {
                let digits = &self.text[self.at + 1..];
                if digits.len() < 4 || !digits[..4].iter().all(char::is_ascii_hexdigit) {
                    return Err(("Invalid \\uXXXX escape", self.at + 1));
                }
                self.at += 5;
                Ok(())
            }
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(("Invalid \\escape", slash)),
        }
    }

    fn object(&mut self) -> Read {
        self.at += 1;
        self.space();
        if self.peek() == Some('}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.peek() != Some('"') {
                return Err(("Expecting property name enclosed in double quotes", self.at));
            }
            self.string()?;
            self.space();
            if self.peek() != Some(':') {
                return Err(("Expecting ':' delimiter", self.at));
            }
            self.at += 1;
            self.space();
            self.value()?;
            if self.ends('}')? {
                return Ok(());
            }
        }
    }

    fn list(&mut self) -> Read {
        self.at += 1;
        self.space();
        if self.peek() == Some(']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value()?;
            if self.ends(']')? {
                return Ok(());
            }
        }
    }

    /// After an item: its container's end, or a comma and the next item.
    fn ends(&mut self, end: char) -> Result<bool, (&'static str, usize)> {
        self.space();
        match self.peek() {
            Some(c) if c == end => {
                self.at += 1;
                Ok(true)
            }
            Some(',') => {
                self.at += 1;
                self.space();
                Ok(false)
            }
            _ => Err(("Expecting ',' delimiter", self.at)),
        }
    }
}
