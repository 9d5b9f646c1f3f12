//! The settings themselves, one file for each group, and the table over all of them.

pub mod api;
pub mod background_tasks;
pub mod blocks;
pub mod cli;
pub mod client;
pub mod concurrency;
pub mod database;
pub mod events;
pub mod flows;
pub mod home;
pub mod limits;
pub mod logging;
mod prefect_only;
pub mod results;
pub mod server;
pub mod services;
pub mod spool;
pub mod tasks;
pub mod ui;
pub mod worker;
pub mod worker_channel;

use prefect_only::PREFECT_ONLY;

use crate::Setting;

/// A heading of the reference page with the settings below it.
#[derive(Debug)]
pub struct Group {
    /// The heading.
    pub title: &'static str,
    /// Its settings, in the order in which they are declared.
    pub settings: &'static [&'static Setting],
}

/// Every group, in the order in which a reader meets them.
pub const GROUPS: &[Group] = &[
    Group {
        title: "Home and profiles",
        settings: home::ALL,
    },
    Group {
        title: "Connection to the API",
        settings: api::ALL,
    },
    Group {
        title: "Client",
        settings: client::ALL,
    },
    Group {
        title: "Flows",
        settings: flows::ALL,
    },
    Group {
        title: "Tasks",
        settings: tasks::ALL,
    },
    Group {
        title: "Results",
        settings: results::ALL,
    },
    Group {
        title: "Journal and spool",
        settings: spool::ALL,
    },
    Group {
        title: "Logging",
        settings: logging::ALL,
    },
    Group {
        title: "Command line",
        settings: cli::ALL,
    },
    Group {
        title: "Worker",
        settings: worker::ALL,
    },
    Group {
        title: "Server",
        settings: server::ALL,
    },
    Group {
        title: "Database",
        settings: database::ALL,
    },
    Group {
        title: "Limits",
        settings: limits::ALL,
    },
    Group {
        title: "Events",
        settings: events::ALL,
    },
    Group {
        title: "Background services and retention",
        settings: services::ALL,
    },
    Group {
        title: "Concurrency",
        settings: concurrency::ALL,
    },
    Group {
        title: "Background tasks",
        settings: background_tasks::ALL,
    },
    Group {
        title: "Cleaning up by workers",
        settings: worker_channel::ALL,
    },
    Group {
        title: "Blocks and secrets",
        settings: blocks::ALL,
    },
    Group {
        title: "Web page",
        settings: ui::ALL,
    },
];

/// Every setting, group after group.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    GROUPS
        .iter()
        .flat_map(|group| group.settings.iter().copied())
}

/// Why `variable` has no effect, where it is one of Prefect's without a counterpart here: it is accepted all the same.
pub fn without_effect(variable: &str) -> Option<&'static str> {
    PREFECT_ONLY
        .iter()
        .find(|(_, variables)| variables.contains(&variable))
        .map(|(reason, _)| *reason)
}

/// The setting of this name, or of this variable in any of its spellings.
pub fn find(spelling: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.answers_to(spelling))
}
