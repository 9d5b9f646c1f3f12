//! How to reach a server, taken from the settings once.

use std::path::PathBuf;
use std::time::Duration;

use milliways_settings::{Secret, Settings, defs};

use crate::{Address, Result};

/// See the module.
#[derive(Clone, Debug)]
pub struct Config {
    /// The server, or the one of the home folder.
    pub target: Target,
    /// `user:password`, sent as basic authentication.
    pub auth_string: Option<Secret>,
    /// Sent as a bearer token where there is no `auth_string`.
    pub api_key: Option<Secret>,
    /// How long one request may take; 60 s by default.
    pub timeout: Duration,
    /// How often a request is repeated; 5 by default.
    pub max_retries: u32,
    /// By which share of itself a wait varies; 0.2 by default.
    pub retry_jitter_factor: f64,
    /// Status codes beside the usual ones after which a request is repeated.
    pub retry_extra_codes: Vec<u16>,
    /// Whether to fetch a token where the server asks for one with every change.
    pub csrf_support: bool,
    /// Added to every request.
    pub headers: Vec<(String, String)>,
    /// Certificates to trust instead of those of the operating system.
    pub ssl_cert_file: Option<PathBuf>,
    /// Trust any certificate.
    pub insecure_skip_verify: bool,
}

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// There.
    Address(Address),
    /// Behind the socket of the home folder: started where nobody answers.
    Local(Local),
    /// Nowhere: no address is set, and no local server is wanted.
    None,
}

/// The server of a home folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Its socket.
    pub socket: PathBuf,
    /// The home folder, handed on to the server.
    pub home: PathBuf,
    /// The `milliways` executable; that on `PATH` by default.
    pub executable: Option<PathBuf>,
    /// How long it may take to answer after its start; 20 s by default.
    pub startup_timeout: Duration,
}

impl Config {
    /// What the settings say.
    ///
    /// # Errors
    /// When one of them has no valid value.
    pub fn from_settings(settings: &Settings) -> Result<Self> {
        use defs::{api, client};
        let target = match settings.get(api::URL)? {
            Some(url) => Target::Address(Address::parse(url.as_str())?),
            None if settings.get(api::LOCAL_SERVER)? => Target::Local(Local {
                socket: settings.paths().socket(),
                home: settings.paths().home().to_owned(),
                executable: settings.path(defs::home::BIN)?,
                startup_timeout: settings.get(api::LOCAL_SERVER_STARTUP_TIMEOUT)?,
            }),
            None => Target::None,
        };
        Ok(Self {
            target,
            auth_string: settings.get(api::AUTH_STRING)?,
            api_key: settings.get(api::KEY)?,
            timeout: settings.get(api::REQUEST_TIMEOUT)?,
            max_retries: settings.get(client::MAX_RETRIES)?,
            retry_jitter_factor: settings.get(client::RETRY_JITTER_FACTOR)?,
            retry_extra_codes: settings
                .get(client::RETRY_EXTRA_CODES)?
                .map(|codes| codes.0)
                .unwrap_or_default(),
            csrf_support: settings.get(client::CSRF_SUPPORT_ENABLED)?,
            headers: settings
                .get(client::CUSTOM_HEADERS)?
                .map(|headers| headers.0)
                .unwrap_or_default(),
            ssl_cert_file: settings.path(api::SSL_CERT_FILE)?,
            insecure_skip_verify: settings.get(api::TLS_INSECURE_SKIP_VERIFY)?,
        })
    }

    /// A client of the server at `address`, with the defaults for everything else.
    pub fn of_address(address: Address) -> Self {
        Self {
            target: Target::Address(address),
            auth_string: None,
            api_key: None,
            timeout: Duration::from_mins(1),
            max_retries: 5,
            retry_jitter_factor: 0.2,
            retry_extra_codes: Vec::new(),
            csrf_support: true,
            headers: Vec::new(),
            ssl_cert_file: None,
            insecure_skip_verify: false,
        }
    }

    /// Where the web page is, as far as the address of the API tells.
    pub fn ui_url(&self) -> Option<String> {
        match &self.target {
            Target::Address(address) => address.ui_url(),
            Target::Local(_) | Target::None => None,
        }
    }

    /// The address of the API, where it is not that of the home folder's server.
    pub fn api_url(&self) -> Option<String> {
        match &self.target {
            Target::Address(address) => Some(address.to_string()),
            Target::Local(_) | Target::None => None,
        }
    }

    /// The server as text, the same in every process that means the same one.
    pub fn server(&self) -> String {
        match &self.target {
            Target::Address(address) => address.to_string(),
            Target::Local(_) => "local".to_owned(),
            Target::None => "none".to_owned(),
        }
    }
}
