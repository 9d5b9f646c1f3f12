//! Colours, where they are wanted: on a terminal, and not against `NO_COLOR`.

use std::io::{self, IsTerminal};

/// Text on standard output, emphasised.
pub(crate) fn bold(text: &str) -> String {
    painted(text, "1", io::stdout().is_terminal())
}

/// Text on standard output, in the background.
pub(crate) fn dim(text: &str) -> String {
    painted(text, "2", io::stdout().is_terminal())
}

/// A word on standard error that announces trouble.
pub(crate) fn error(text: &str) -> String {
    painted(text, "1;31", io::stderr().is_terminal())
}

/// A word on standard error that announces advice.
pub(crate) fn hint(text: &str) -> String {
    painted(text, "1;36", io::stderr().is_terminal())
}

fn painted(text: &str, code: &str, is_terminal: bool) -> String {
    if is_terminal && wants_colour() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

fn wants_colour() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_off =
        |name: &str| std::env::var(name).is_ok_and(|value| value == "false" || value == "0");
    !is_set("NO_COLOR") && !is_off("MILLIWAYS_CLI_COLORS") && !is_off("PREFECT_CLI_COLORS")
}
