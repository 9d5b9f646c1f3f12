//! `milliways flow`: the flows that the server knows.

use anyhow::Result;
use clap::{Args, Subcommand};
use milliways_model::{Flow, Timestamp};
use serde_json::json;

use crate::connection::Connection;
use crate::context::Context;
use crate::output::{Output, Table, time};

/// List flows
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ls(Ls),
}

/// List flows, latest first
#[derive(Debug, Args)]
#[command(visible_alias = "list")]
pub(crate) struct Ls {
    /// Most flows to list
    #[arg(long, default_value_t = 15)]
    limit: usize,

    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(command: Command, context: &Context) -> Result<()> {
    let Command::Ls(arguments) = command;
    let connection = Connection::open(&context.settings()?)?;
    let flows = connection.page(
        "/flows/filter",
        json!({"sort": "CREATED_DESC"}),
        arguments.limit,
    )?;
    let typed = flows.read()?;
    arguments
        .output
        .show(&flows.raw, || table(&typed, Context::now()))
}

fn table(flows: &[Flow], now: Timestamp) -> Table {
    let mut table = Table::new(["ID", "NAME", "TAGS", "CREATED"]);
    for flow in flows {
        let created = flow.created.map(|created| time::relative(created, now));
        table.row([
            flow.id.to_string(),
            flow.name.clone(),
            flow.tags.join(", "),
            created.unwrap_or_default(),
        ]);
    }
    table
}
