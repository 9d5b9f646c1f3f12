//! What runs have left in the spool while no server answered: a server that starts takes it in.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use milliways_client::{Address, Local, Target};
use milliways_engine::{Config, Session};
use milliways_settings::{Settings, defs};

/// How long a server goes on with what was left. The rest is sent by the next process that records something.
const PATIENCE: Duration = Duration::from_mins(1);

/// Delivers what processes of this home have left for this server, beside its other work: what was meant for the
/// server of the home, and what was meant for the address that it has. Ends with the process.
pub(crate) fn deliver(settings: &Settings, url: Option<&str>) {
    let local = Target::Local(Local {
        socket: settings.paths().socket(),
        home: settings.paths().home().to_owned(),
        executable: None,
        startup_timeout: PATIENCE,
    });
    let address = url.and_then(|url| Address::parse(&format!("{url}/api")).ok());
    let targets: Vec<Target> = [Some(local), address.map(Target::Address)]
        .into_iter()
        .flatten()
        .collect();
    let settings = settings.clone();
    let name = thread::Builder::new().name("milliways-leftovers".to_owned());
    let started = name.spawn(move || {
        for target in targets {
            if let Err(error) = deliver_to(target, &settings) {
                tracing::warn!(%error, "what runs have left in the spool can't be taken in");
            }
        }
    });
    if let Err(error) = started {
        tracing::warn!(%error, "what runs have left in the spool is not looked at");
    }
}

fn deliver_to(target: Target, settings: &Settings) -> Result<()> {
    let mut config = Config::from_settings(settings)?;
    config.client.target = target;
    // What lets others in lets this in.
    let own = settings.get(defs::server::API_AUTH_STRING)?;
    config.client.auth_string = own.or(config.client.auth_string);
    let session = Session::new(config);
    if !session.deliver_leftovers(PATIENCE)? {
        tracing::warn!("some of what runs have left in the spool was not taken in yet");
    }
    for notice in session.take_notices() {
        tracing::warn!(notice, "from the spool");
    }
    session.close(Duration::ZERO);
    Ok(())
}
