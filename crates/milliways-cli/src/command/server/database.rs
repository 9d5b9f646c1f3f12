//! `milliways server database`: the tables of the server's database.

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use milliways_storage::Store;

use crate::context::Context;
use crate::{output, serve};

/// Look after the server's database
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Upgrade(Upgrade),
    Reset(Reset),
}

/// Bring the tables up to date; a server that starts does it by itself
#[derive(Debug, Args)]
pub(crate) struct Upgrade {
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Delete everything in the database
#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(command: Command, context: &Context) -> Result<()> {
    let settings = context.settings()?;
    let database = settings.database()?;
    let (options, _scratch) = serve::options(&settings, &database)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("making the runtime")?;
    match command {
        Command::Upgrade(arguments) => {
            context.confirm(&settings, &format!("upgrade {database}"), arguments.yes)?;
            runtime.block_on(async {
                let store = Store::open(options).await?;
                store.close().await;
                anyhow::Ok(())
            })?;
            output::line(format!("{database} is up to date"))
        }
        Command::Reset(arguments) => {
            context.confirm(
                &settings,
                &format!("delete everything in {database}"),
                arguments.yes,
            )?;
            runtime.block_on(Store::erase(options))?;
            output::line(format!("{database} is empty"))
        }
    }
}
