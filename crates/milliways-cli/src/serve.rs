//! Putting the server together: store, services and the HTTP edge, from start to the last answer.

use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use milliways_model::time::SystemClock;
use milliways_server::{Server, ServerConfig};
use milliways_services::{Plan, Services};
use milliways_settings::{DatabaseUrl, Durability, Settings, defs};
use milliways_storage::{Location, Options, QueueLimits, SecretsKey, Session, Store, Tls, Waits};
use tokio::signal::unix::{SignalKind, signal};

use crate::home_server::{Claim, HomeServer};
use crate::ignored;
use crate::leftovers;
use crate::output::{self, facts};

/// What a server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Everybody who can reach it.
    Full,
    /// The programs of one home folder, for as long as they need it.
    Local,
}

/// Runs a server until it is asked to end.
pub(crate) fn run(
    settings: &Settings,
    claim: Claim,
    role: Role,
    with_services: bool,
) -> Result<()> {
    milliways_server::log::init(
        settings.get(defs::server::LOG_FORMAT)?,
        settings.get(defs::server::LOGGING_LEVEL)?,
    );
    ignored::name_in_log(settings);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("making the runtime")?;
    runtime.block_on(serve(settings, claim, role, with_services))
}

async fn serve(
    settings: &Settings,
    mut claim: Claim,
    role: Role,
    with_services: bool,
) -> Result<()> {
    let mut config = ServerConfig::from_settings(settings)?;
    if role == Role::Local {
        config.tcp = None;
        config.local = Some(settings.get(defs::api::LOCAL_SERVER_IDLE_TIMEOUT)?);
    }
    // From here on a signal is a wish to end in good order, also while the database is being migrated.
    let end = end_signal()?;
    let database = settings.database()?;
    let (options, scratch) = start_options(settings, &database)?;
    let plan = Plan::from_settings(settings)?;
    let store = Store::open(options).await?;
    let server = Server::bind(config, store.clone()).await?;
    let services = with_services.then(|| Services::start(&store, plan));
    let url = server
        .local_addr()
        .map(|address| format!("http://{address}"));
    claim.announce(&HomeServer {
        process: process::id().try_into().unwrap_or_default(),
        url: url.clone(),
        socket: settings.paths().socket(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        is_local: role == Role::Local,
    })?;
    if let Some(url) = url.as_ref().filter(|_| role == Role::Full) {
        output::print(&banner(url, &database))?;
    }
    if role == Role::Full {
        leftovers::deliver(settings, url.as_deref());
    }
    // Nobody has to wait for them: clients make what they miss.
    let blocks = install_blocks(settings, &store)?;
    let outcome = server.run(end).await;
    if let Some(blocks) = blocks {
        blocks.await.context("installing the built-in blocks")?;
    }
    if let Some(services) = services {
        services.stop().await;
    }
    store.close().await;
    // Others may be the server of this home once everything is on disk.
    drop(claim);
    drop(scratch);
    Ok(outcome?)
}

/// Makes the built-in blocks where they are missing, beside whatever else the server does.
fn install_blocks(
    settings: &Settings,
    store: &Store,
) -> Result<Option<tokio::task::JoinHandle<()>>> {
    if !settings.get(defs::blocks::REGISTER_ON_START)? {
        return Ok(None);
    }
    let scope = store.workspace(milliways_model::WorkspaceId::DEFAULT);
    Ok(Some(tokio::spawn(async move {
        if let Err(error) = scope.install_system_blocks(false).await {
            tracing::warn!(%error, "the built-in blocks were not installed");
        }
    })))
}

fn banner(url: &str, database: &DatabaseUrl) -> String {
    let lines = facts(&[
        ("page", Some(url.to_owned())),
        ("api", Some(format!("{url}/api"))),
        ("database", Some(database.to_string())),
    ]);
    format!(
        "milliways {}\n\n{lines}\nctrl-c ends it\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// [`options`] for a server that starts.
fn start_options(
    settings: &Settings,
    database: &DatabaseUrl,
) -> Result<(Options, Option<Scratch>)> {
    let (mut options, scratch) = options(settings, database)?;
    options.migrates = settings.get(defs::database::MIGRATE_ON_START)?;
    Ok((options, scratch))
}

/// How the store is opened, and the folder of a database that is to be gone with the server.
pub(crate) fn options(
    settings: &Settings,
    database: &DatabaseUrl,
) -> Result<(Options, Option<Scratch>)> {
    let mut scratch = None;
    let location = match database {
        DatabaseUrl::File(path) => Location::File(path.clone()),
        DatabaseUrl::Postgres(url) => Location::Server(url.expose().to_owned()),
        DatabaseUrl::Memory => {
            let folder = scratch.insert(Scratch::new()?);
            Location::File(folder.0.join("milliways.db"))
        }
    };
    let mut options = Options::new(location, Arc::new(SystemClock));
    options.durability = match settings.get(defs::database::DURABILITY)? {
        Durability::Full => milliways_storage::Durability::Full,
        Durability::Normal => milliways_storage::Durability::Normal,
    };
    options.waits = Waits {
        deployment_slot: settings.get(defs::concurrency::DEPLOYMENT_SLOT_WAIT)?,
        tag_slot: settings.get(defs::concurrency::TAG_SLOT_WAIT)?,
        slot: settings.get(defs::concurrency::MAXIMUM_SLOT_WAIT)?,
        slot_lease: settings.get(defs::concurrency::INITIAL_DEPLOYMENT_LEASE_DURATION)?,
    };
    options.queue_limits = QueueLimits {
        scheduled: settings
            .get(defs::background_tasks::MAX_SCHEDULED_QUEUE_SIZE)?
            .get(),
        retries: settings
            .get(defs::background_tasks::MAX_RETRY_QUEUE_SIZE)?
            .get(),
    };
    options.records_reports = settings.get(defs::services::TASK_RUN_RECORDER_ENABLED)?;
    options.session = session(settings)?;
    if let (DatabaseUrl::Postgres(_), Some(connections)) =
        (database, settings.get(defs::database::CONNECTIONS)?)
    {
        let connections = connections.get().max(3) as usize;
        let writers = (connections * 3 / 8).max(1);
        options.writers = Some(writers);
        // One hears of other servers.
        options.readers = Some(connections - writers - 1);
    }
    if !matches!(database, DatabaseUrl::Memory) {
        options.secrets = secrets_key(settings)?;
    }
    Ok((options, scratch))
}

/// How connections to the database are made, and how long what they do may take.
fn session(settings: &Settings) -> Result<Session> {
    use defs::database as keys;
    let bound = |time: Duration| Some(time).filter(|time| !time.is_zero());
    let defaults = Session::default();
    Ok(Session {
        connection: bound(settings.get(keys::CONNECTION_TIMEOUT)?),
        statement: bound(settings.get(keys::TIMEOUT)?),
        migration: settings.get(keys::MIGRATION_TIMEOUT)?.and_then(bound),
        application: settings
            .get(keys::APPLICATION_NAME)?
            .unwrap_or(defaults.application),
        search_path: settings.get(keys::SEARCH_PATH)?,
        tls: tls(settings)?,
    })
}

/// How connections to the database have to be encrypted.
fn tls(settings: &Settings) -> Result<Option<Tls>> {
    use defs::database as keys;
    if !settings.get(keys::TLS_ENABLED)? {
        return Ok(None);
    }
    Ok(Some(Tls {
        ca_file: settings.path(keys::TLS_CA_FILE)?,
        cert_file: settings.path(keys::TLS_CERT_FILE)?,
        key_file: settings.path(keys::TLS_KEY_FILE)?,
        checks_name: settings.get(keys::TLS_CHECK_HOSTNAME)?,
    }))
}

/// Where the key is that seals secrets: in a setting, or in a file of the home folder.
fn secrets_key(settings: &Settings) -> Result<SecretsKey> {
    if let Some(text) = settings.get(defs::blocks::SECRETS_KEY)? {
        let key = BASE64.decode(text.expose().trim()).ok();
        let key = key.and_then(|key| <[u8; 32]>::try_from(key).ok());
        return key.map(SecretsKey::Given).ok_or_else(|| {
            anyhow::anyhow!(
                "server.secrets.key is no key: it has to be 32 bytes in base64\nhint: head -c 32 /dev/urandom | base64"
            )
        });
    }
    let file = settings.path(defs::blocks::SECRETS_KEY_FILE)?;
    Ok(SecretsKey::File(file.unwrap_or_else(|| {
        settings.paths().home().join("secrets.key")
    })))
}

/// A folder that is removed with everything in it.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("milliways-memory-{}", process::id()));
        std::fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed with the rest of the temporary directory.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Resolves at the first SIGTERM or SIGINT. A second one ends the process at once: somebody is in a hurry.
fn end_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut sender = Some(sender);
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            match sender.take() {
                // With the receiver gone the server is ending already.
                Some(sender) => drop(sender.send(())),
                None => hurry(),
            }
        }
    });
    Ok(async move {
        let _ = receiver.await;
    })
}

#[expect(clippy::exit, reason = "a second signal asks for just this")]
fn hurry() {
    process::exit(130);
}

#[cfg(test)]
mod tests;
