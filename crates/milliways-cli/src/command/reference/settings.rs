//! The reference page of the settings.

use milliways_settings::Setting;
use milliways_settings::defs::{self, Group};

const HEAD: &str = "\
# Settings

This page is generated from the declarations in `crates/milliways-settings/src/defs/`.

A value is looked for in this order: a command-line option, the environment, the active profile, the default. In the
environment and in profiles the variables of a setting are tried in the order given here; an empty one counts as unset.
Profiles are kept in `profiles.toml` of the home folder; `MILLIWAYS_PROFILE` or `PREFECT_PROFILE` chooses another than
the active one. Where there is no such file, Prefect's `~/.prefect/profiles.toml` is read, and never written.

`milliways config view` shows what is set and where; `milliways config view NAME` explains one setting.
";

pub(super) fn page() -> String {
    let groups: String = defs::GROUPS.iter().map(section).collect();
    format!("{HEAD}{groups}")
}

fn section(group: &Group) -> String {
    let entries: String = group
        .settings
        .iter()
        .map(|setting| entry(setting))
        .collect();
    format!("\n## {}\n{entries}", group.title)
}

fn entry(setting: &Setting) -> String {
    let doc: Vec<&str> = setting.doc.lines().map(str::trim).collect();
    let default = setting
        .default
        .map_or_else(|| "unset".to_owned(), |text| format!("`{text}`"));
    let variables: Vec<String> = setting
        .variables()
        .map(|name| format!("`{name}`"))
        .collect();
    let secret = if setting.secret {
        " It is secret: it is not shown."
    } else {
        ""
    };
    format!(
        "\n### `{}`\n\n{}{secret}\n\n- default: {default}\n- expected: {}\n- variables: {}\n",
        setting.name,
        doc.join("\n"),
        setting.expects,
        variables.join(", "),
    )
}
