//! `milliways profile`: named sets of settings.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::{Args, Subcommand};
use milliways_settings::{Secret, defs};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::context::Context;
use crate::output::{self, Output, Table};

/// List, make, choose and change profiles
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ls(Ls),
    Create(Create),
    Use(Use),
    Inspect(Inspect),
    Rename(Rename),
    Delete(Delete),
}

/// List profiles; a star marks the one in force
#[derive(Debug, Args)]
#[command(visible_alias = "list")]
pub(crate) struct Ls {
    #[command(flatten)]
    output: Output,
}

/// Make a profile
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Its name
    name: String,

    /// Begin with the values of this profile
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
}

/// Make a profile the active one
#[derive(Debug, Args)]
pub(crate) struct Use {
    /// Its name
    name: String,
}

/// Show what a profile says
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Its name; left out: the one in force
    name: Option<String>,

    /// Show keys and passwords
    #[arg(long)]
    show_secrets: bool,

    #[command(flatten)]
    output: Output,
}

/// Give a profile another name
#[derive(Debug, Args)]
pub(crate) struct Rename {
    /// Its name
    name: String,
    /// Its new name
    new_name: String,
}

/// Delete a profile
#[derive(Debug, Args)]
pub(crate) struct Delete {
    /// Its name
    name: String,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub(crate) fn run(command: Command, context: &Context) -> Result<()> {
    match command {
        Command::Ls(arguments) => list(&arguments, context),
        Command::Create(arguments) => create(&arguments, context),
        Command::Use(arguments) => activate(&arguments, context),
        Command::Inspect(arguments) => inspect(&arguments, context),
        Command::Rename(arguments) => rename(&arguments, context),
        Command::Delete(arguments) => delete(&arguments, context),
    }
}

#[derive(Serialize)]
struct Shown {
    name: String,
    origin: &'static str,
    is_active: bool,
}

fn list(arguments: &Ls, context: &Context) -> Result<()> {
    let entries = context.settings()?.profiles()?.list();
    let shown: Vec<Shown> = entries
        .into_iter()
        .map(|entry| Shown {
            name: entry.name,
            origin: entry.origin.as_str(),
            is_active: entry.is_active,
        })
        .collect();
    if shown.is_empty() && !arguments.output.is_json() {
        return output::line(
            "there are no profiles yet; `milliways profile create NAME` makes one",
        );
    }
    arguments.output.show(&shown, || {
        let mut table = Table::new([" ", "NAME", "FILE OF"]);
        for profile in &shown {
            let mark = if profile.is_active { "*" } else { " " };
            table.row([mark, &profile.name, profile.origin]);
        }
        table
    })
}

fn create(arguments: &Create, context: &Context) -> Result<()> {
    let name = &arguments.name;
    context
        .settings()?
        .profiles()?
        .create(name, arguments.from.as_deref())?;
    output::line(format!("profile {name} made"))?;
    output::note(format!("next: `milliways profile use {name}`"));
    Ok(())
}

fn activate(arguments: &Use, context: &Context) -> Result<()> {
    context.settings()?.profiles()?.activate(&arguments.name)?;
    output::line(format!("profile {} is active", arguments.name))
}

fn inspect(arguments: &Inspect, context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let name = arguments.name.as_ref().unwrap_or(&settings.profile().name);
    // The profile in force may have no file yet.
    let values = match settings.profiles()?.values(name) {
        Err(_) if arguments.name.is_none() => BTreeMap::default(),
        other => other?,
    };
    let is_secret = |variable: &str| defs::find(variable).is_some_and(|setting| setting.secret);
    let shown: Map<String, Value> = values
        .into_iter()
        .map(|(variable, value)| {
            let hidden = is_secret(&variable) && !arguments.show_secrets;
            let text = if hidden {
                Secret::MASK.to_owned()
            } else {
                value
            };
            (variable, Value::String(text))
        })
        .collect();
    if arguments.output.is_json() {
        return output::json(&shown);
    }
    if shown.is_empty() {
        return output::line(format!("profile {name} is empty"));
    }
    for (variable, value) in &shown {
        output::line(format!("{variable}={}", value.as_str().unwrap_or_default()))?;
    }
    Ok(())
}

fn rename(arguments: &Rename, context: &Context) -> Result<()> {
    context
        .settings()?
        .profiles()?
        .rename(&arguments.name, &arguments.new_name)?;
    output::line(format!(
        "profile {} is now {}",
        arguments.name, arguments.new_name
    ))
}

fn delete(arguments: &Delete, context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let name = &arguments.name;
    let mut profiles = settings.profiles()?;
    // What does not exist is an error before it is a question.
    profiles.values(name)?;
    context.confirm(&settings, &format!("delete profile {name}"), arguments.yes)?;
    profiles.delete(name)?;
    output::line(format!("profile {name} deleted"))
}
