//! `milliways reference`: what the program knows about itself, as the pages of `docs/`. For `cargo xtask codegen`.

mod commands;
mod settings;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::output;

/// Write one of the generated pages of the documentation
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which page
    page: Page,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Page {
    /// The API document, as JSON
    Openapi,
    /// The settings, as Markdown
    Settings,
    /// The commands, as Markdown
    Cli,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match arguments.page {
        Page::Openapi => output::print(&milliways_server::openapi_json()),
        Page::Settings => output::print(&settings::page()),
        Page::Cli => output::print(&commands::page()),
    }
}
