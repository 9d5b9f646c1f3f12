//! The command line as a whole: options that every command has, and the commands.

use anyhow::Result;
use clap::{ArgAction, Parser, Subcommand};

use crate::command::{
    api, completion, config, flow, flow_run, profile, reference, server, task_run, version, worker,
};
use crate::context::Context;

/// Workflow orchestration: a server, and commands to work with it.
#[derive(Debug, Parser)]
#[command(
    name = "milliways",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
#[command(disable_version_flag = true, propagate_version = false)]
pub(crate) struct Arguments {
    /// Use this profile rather than the active one
    #[arg(
        short,
        long,
        global = true,
        value_name = "NAME",
        help_heading = "Global options"
    )]
    profile: Option<String>,

    /// Ask before something is deleted, even where nobody seems to sit in front of it
    #[arg(
        long,
        global = true,
        overrides_with = "no_prompt",
        help_heading = "Global options"
    )]
    prompt: bool,

    /// Never ask
    #[arg(long, global = true, help_heading = "Global options")]
    no_prompt: bool,

    /// Print the version
    #[arg(short = 'v', long, action = ArgAction::Version)]
    version: Option<bool>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Version(version::Arguments),
    #[command(subcommand)]
    Server(server::Command),
    #[command(subcommand)]
    Flow(flow::Command),
    #[command(subcommand)]
    FlowRun(flow_run::Command),
    #[command(subcommand)]
    TaskRun(task_run::Command),
    #[command(subcommand)]
    Worker(worker::Command),
    #[command(subcommand)]
    Config(config::Command),
    #[command(subcommand)]
    Profile(profile::Command),
    Api(api::Arguments),
    Completion(completion::Arguments),
    #[command(hide = true)]
    Reference(reference::Arguments),
}

impl Arguments {
    pub(crate) fn run(self) -> Result<()> {
        let prompt = match (self.prompt, self.no_prompt) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        };
        let context = Context::new(self.profile, prompt);
        match self.command {
            Command::Version(arguments) => version::run(&arguments),
            Command::Server(command) => server::run(command, &context),
            Command::Flow(command) => flow::run(command, &context),
            Command::FlowRun(command) => flow_run::run(command, &context),
            Command::TaskRun(command) => task_run::run(command, &context),
            Command::Worker(command) => worker::run(command, &context),
            Command::Config(command) => config::run(command, &context),
            Command::Profile(command) => profile::run(command, &context),
            Command::Api(arguments) => api::run(&arguments, &context),
            Command::Completion(arguments) => completion::run(&arguments),
            Command::Reference(arguments) => reference::run(&arguments),
        }
    }
}
