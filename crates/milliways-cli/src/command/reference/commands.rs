//! The reference page of the commands: their help, one after the other.

use clap::{Command, CommandFactory};

const HEAD: &str = "\
# Commands

This page is generated from `crates/milliways-cli/src/command/`. Commands and options that Prefect has under the same
name mean the same here.
";

pub(super) fn page() -> String {
    // A fixed width, so that the page does not depend on the terminal of whoever writes it.
    let mut root = crate::args::Arguments::command().term_width(100);
    root.build();
    format!("{HEAD}{}", described(&root, ""))
}

fn described(command: &Command, path: &str) -> String {
    let path = format!("{path} {}", command.get_name())
        .trim_start()
        .to_owned();
    let help = command
        .clone()
        .bin_name(&path)
        .render_long_help()
        .to_string();
    let shown = command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set());
    let inner: String = shown.map(|inner| described(inner, &path)).collect();
    format!(
        "\n## `{path}`\n\n```text\n{}\n```\n{inner}",
        help.trim_end()
    )
}
