//! `milliways config`: what is set and where, and changing it in the profile in force.

use anyhow::Result;
use clap::{Args, Subcommand};
use milliways_settings::{Found, Remark, Secret, Setting, Settings, Source, defs};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, Output, Table, style};

/// View and change settings
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    View(View),
    Set(Set),
    Unset(Unset),
    Validate(Validate),
}

/// Show what is set, and where; or explain one setting
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct View {
    /// Explain this setting: its name, or a variable of it
    name: Option<String>,

    /// Show every setting, with the defaults
    #[arg(long, visible_alias = "all", overrides_with = "hide_defaults")]
    show_defaults: bool,
    #[arg(long, hide = true)]
    hide_defaults: bool,

    /// Leave out where each value comes from
    #[arg(long)]
    hide_sources: bool,
    #[arg(long, hide = true)]
    show_sources: bool,

    /// Show keys and passwords
    #[arg(long, overrides_with = "hide_secrets")]
    show_secrets: bool,
    #[arg(long, hide = true)]
    hide_secrets: bool,

    #[command(flatten)]
    output: Output,
}

/// Set values in the profile in force
#[derive(Debug, Args)]
#[command(
    after_help = "For example: milliways config set api.url=http://127.0.0.1:4200/api\n\
                        A setting can be given by name, by MILLIWAYS_… or by PREFECT_…"
)]
pub(crate) struct Set {
    /// What to set, as NAME=VALUE
    #[arg(required = true, value_name = "NAME=VALUE")]
    settings: Vec<String>,
}

/// Remove values from the profile in force
#[derive(Debug, Args)]
pub(crate) struct Unset {
    /// What to remove: a name, or a variable
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Look for values that make no sense, and for names that do not exist
#[derive(Debug, Args)]
pub(crate) struct Validate {
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(command: Command, context: &Context) -> Result<()> {
    match command {
        Command::View(arguments) => view(&arguments, &context.settings()?),
        Command::Set(arguments) => set(&arguments, &context.settings()?),
        Command::Unset(arguments) => unset(&arguments, context),
        Command::Validate(arguments) => validate(&arguments, &context.settings()?),
    }
}

/// One value of the list.
#[derive(Serialize)]
struct Shown {
    name: &'static str,
    variable: String,
    value: Option<String>,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
}

fn view(arguments: &View, settings: &Settings) -> Result<()> {
    if let Some(name) = &arguments.name {
        return explain(arguments, settings, Settings::declared(name)?);
    }
    let values = defs::all()
        .map(|setting| (setting, settings.found(setting)))
        .filter(|(_, found)| arguments.show_defaults || found.as_ref().is_some_and(is_chosen))
        .map(|(setting, found)| shown(setting, found, arguments));
    let values: Vec<Shown> = values.collect();
    if arguments.output.is_json() {
        return output::json(&values);
    }
    let profile = settings.profile();
    let place = format!("({})", profile.file.display());
    output::line(format!(
        "profile {} {}\n",
        style::bold(&profile.name),
        style::dim(&place)
    ))?;
    if values.is_empty() {
        return output::line("nothing is set; `milliways config view --all` shows the defaults");
    }
    output::print(&table(&values, arguments.hide_sources).to_string())
}

fn table(values: &[Shown], hide_sources: bool) -> Table {
    let headings = ["NAME", "VALUE", "FROM"];
    let columns = if hide_sources { 2 } else { 3 };
    let mut table = Table::new(headings.into_iter().take(columns));
    for shown in values {
        let value = shown.value.clone().unwrap_or_else(|| "-".to_owned());
        let cells = [shown.name.to_owned(), value, shown.source.to_owned()];
        table.row(cells.into_iter().take(columns));
    }
    table
}

fn shown(setting: &'static Setting, found: Option<Found>, arguments: &View) -> Shown {
    let source = found.as_ref().map_or("unset", |found| found.source.kind());
    let origin = found
        .as_ref()
        .filter(|found| is_chosen(found))
        .map(|found| found.source.to_string());
    let hidden = setting.secret && !arguments.show_secrets;
    let text = |found: Found| {
        if hidden {
            Secret::MASK.to_owned()
        } else {
            found.text
        }
    };
    Shown {
        name: setting.name,
        variable: setting.variable(),
        value: found.map(text),
        source,
        origin,
    }
}

fn is_chosen(found: &Found) -> bool {
    found.source != Source::Default
}

fn explain(arguments: &View, settings: &Settings, setting: &'static Setting) -> Result<()> {
    let shown = shown(setting, settings.found(setting), arguments);
    if arguments.output.is_json() {
        return output::json(&shown);
    }
    let doc: Vec<String> = setting
        .doc
        .lines()
        .map(|line| format!("  {}", line.trim()))
        .collect();
    let variables: Vec<String> = setting.variables().collect();
    let origin = shown
        .origin
        .map(|origin| format!("  ({origin})"))
        .unwrap_or_default();
    let text = format!(
        "{}\n\n{}\n\nvalue      {}{origin}\ndefault    {}\nexpected   {}\nvariables  {}\n",
        style::bold(setting.name),
        doc.join("\n"),
        shown.value.as_deref().unwrap_or("-"),
        setting.default.unwrap_or("-"),
        setting.expects,
        variables.join("\n           "),
    );
    output::print(&text)
}

fn set(arguments: &Set, settings: &Settings) -> Result<()> {
    let mut profiles = settings.profiles()?;
    // Everything is looked at before anything is written.
    let mut changes = Vec::new();
    for pair in &arguments.settings {
        let Some((spelling, value)) = pair.split_once('=') else {
            let hint = format!("milliways config set {pair}=VALUE");
            return Err(Failure::usage(format!("a value is missing: {pair}"))
                .hint(hint)
                .into());
        };
        let (spelling, value) = (spelling.trim(), value.trim());
        if let Some(reason) = defs::without_effect(spelling) {
            output::note(format!(
                "note: {spelling} has no effect in Milliways and was not written: {reason}"
            ));
            continue;
        }
        changes.push((Settings::declared(spelling)?, spelling, value));
    }
    for (setting, spelling, value) in changes {
        let variable = if spelling == setting.name {
            setting.variable()
        } else {
            spelling.to_owned()
        };
        profiles.set(setting, &variable, value)?;
        let value = if setting.secret { Secret::MASK } else { value };
        output::line(format!(
            "{} = {value} in profile {}",
            setting.name,
            settings.profile().name
        ))?;
        warn_if_hidden(settings, setting);
    }
    Ok(())
}

/// A value of the environment or the project hides the one in the profile, which surprises people.
fn warn_if_hidden(settings: &Settings, setting: &'static Setting) {
    match settings.found(setting).map(|found| found.source) {
        Some(Source::Environment { variable }) => output::note(format!(
            "note: the environment variable {variable} hides it until it is unset"
        )),
        Some(source @ Source::Project { .. }) => {
            output::note(format!("note: {source} hides it until it is removed there"));
        }
        _ => {}
    }
}

fn unset(arguments: &Unset, context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let declared = arguments
        .names
        .iter()
        .map(|name| Ok(Settings::declared(name)?));
    let declared = declared.collect::<Result<Vec<_>>>()?;
    let profile = &settings.profile().name;
    let names: Vec<&str> = declared.iter().map(|setting| setting.name).collect();
    let deed = format!("remove {} from profile {profile}", names.join(", "));
    context.confirm(&settings, &deed, arguments.yes)?;
    let mut profiles = settings.profiles()?;
    for setting in declared {
        if profiles.unset(setting)? {
            output::line(format!("{} removed from profile {profile}", setting.name))?;
        } else {
            output::line(format!("{} was not set in profile {profile}", setting.name))?;
        }
        warn_if_hidden(&settings, setting);
    }
    Ok(())
}

/// One finding, for programs.
#[derive(Serialize)]
struct Finding {
    severity: &'static str,
    message: String,
}

fn validate(arguments: &Validate, settings: &Settings) -> Result<()> {
    let findings: Vec<Finding> = settings.check().into_iter().map(finding).collect();
    if arguments.output.is_json() {
        output::json(&findings)?;
    } else if findings.is_empty() {
        output::line("every setting makes sense")?;
    } else {
        for Finding { severity, message } in &findings {
            output::line(format!("{severity}: {message}"))?;
        }
    }
    match findings
        .iter()
        .filter(|finding| finding.severity == "error")
        .count()
    {
        0 => Ok(()),
        1 => Err(Failure::new("1 value is invalid").into()),
        count => Err(Failure::new(format!("{count} values are invalid")).into()),
    }
}

fn finding(remark: Remark) -> Finding {
    match remark {
        Remark::Invalid(error) => Finding {
            severity: "error",
            message: error.to_string(),
        },
        Remark::WithoutEffect { variable, reason } => Finding {
            severity: "note",
            message: format!("{variable} has no effect in Milliways: {reason}"),
        },
        Remark::Unknown {
            variable,
            closest: None,
        } => Finding {
            severity: "warning",
            message: format!("{variable} is not a setting"),
        },
        Remark::Unknown {
            variable,
            closest: Some(closest),
        } => Finding {
            severity: "warning",
            message: format!("{variable} is not a setting; did you mean {closest}?"),
        },
    }
}
