//! The one front door for every development command: `cargo xtask <command>`.
//!
//! One file for each command. It imports none of our crates, so that it builds in seconds and works while they do not.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "talking to a terminal is its purpose"
)]

mod bench;
mod ci;
mod codegen;
mod demo;
mod dev;
mod dist;
mod fresh;
mod net;
mod setup;
mod shell;
mod test;
mod tidy;
mod tree;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// A command: its name, what may follow it, what it does, and the function that does it.
struct Command {
    name: &'static str,
    arguments: &'static str,
    summary: &'static str,
    run: fn(&[String]) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "setup",
        arguments: "[--install]",
        summary: "check what development needs, make the Python environment, fetch the page's packages",
        run: setup::run,
    },
    Command {
        name: "demo",
        arguments: "[--no-wait] [--home DIR]",
        summary: "build everything, start a server, run a real flow, show where to look at it",
        run: demo::run,
    },
    Command {
        name: "dev",
        arguments: "",
        summary: "a server and the page with live reload, in one terminal",
        run: dev::run,
    },
    Command {
        name: "test",
        arguments: "[rust|python|ui|all]",
        summary: "all tests, on both databases and in a real browser",
        run: test::run,
    },
    Command {
        name: "ci",
        arguments: "",
        summary: "everything that a change has to pass: format, lints, tidy, generated files, tests",
        run: ci::run,
    },
    Command {
        name: "tidy",
        arguments: "",
        summary: "the rules of STYLE.md that a program can check",
        run: tidy::run,
    },
    Command {
        name: "codegen",
        arguments: "[--check]",
        summary: "write (or check) what is generated from code: API document, types of the page, references",
        run: codegen::run,
    },
    Command {
        name: "bench",
        arguments: "[NAME]",
        summary: "run one benchmark, or list them",
        run: bench::run,
    },
    Command {
        name: "dist",
        arguments: "",
        summary: "the release binary with the page in it, and the wheels, into dist/",
        run: dist::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first() else {
        print!("{}", help());
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") {
        print!("{}", help());
        return Ok(());
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        bail!("there is no command `{name}`\nhint: `cargo xtask help` lists them");
    };
    (command.run)(rest)
}

fn help() -> String {
    let line = |command: &Command| {
        let usage = format!("{} {}", command.name, command.arguments);
        format!(
            "  {usage:<32}{}
",
            command.summary
        )
    };
    let lines: String = COMMANDS.iter().map(line).collect();
    format!(
        "usage: cargo xtask <command>

{lines}"
    )
}

/// Splits the options that a command knows from the rest, which it does not.
fn flags<'a>(arguments: &'a [String], known: &[&str]) -> Result<Vec<&'a str>> {
    if let Some(unknown) = arguments
        .iter()
        .find(|argument| !known.contains(&argument.as_str()))
    {
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        bail!("unknown argument `{unknown}`\nhint: understood here: {known}");
    }
    Ok(arguments.iter().map(String::as_str).collect())
}
