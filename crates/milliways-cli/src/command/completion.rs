//! `milliways completion`: a script for the shell to complete commands and options with.

use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::output;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "For example: milliways completion bash > /etc/bash_completion.d/milliways")]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut script = Vec::new();
    let mut command = crate::args::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "milliways", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}
