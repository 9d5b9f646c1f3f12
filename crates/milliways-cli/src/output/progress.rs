//! One line on the terminal that is written over while something takes long.

use std::io::{self, IsTerminal, Write};

use super::plain;

/// The line. Where standard error is no terminal nothing is shown.
pub(crate) struct Progress {
    is_terminal: bool,
    is_shown: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self {
            is_terminal: io::stderr().is_terminal(),
            is_shown: false,
        }
    }

    /// Replaces the line.
    pub(crate) fn show(&mut self, text: &str) {
        if self.is_terminal {
            // With the terminal gone there is nobody left to tell.
            let _ = write!(io::stderr(), "\r\u{1b}[K{}", plain(text));
            let _ = io::stderr().flush();
            self.is_shown = true;
        }
    }

    /// Takes the line away, so that other text can be printed.
    pub(crate) fn clear(&mut self) {
        if self.is_shown {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
            self.is_shown = false;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
