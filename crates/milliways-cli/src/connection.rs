//! The connection to the API: what commands ask of it, and how answers come back.

use anyhow::{Context as _, Result};
use milliways_client::{Address, Answer, Config, Method, Request, Target, blocking};
use milliways_settings::{Settings, defs};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;
use crate::home_server::HomeServer;
use crate::output;

/// The most that servers give in one page.
const PAGE: usize = 200;

/// A connection to the server that the settings name, or to the local one of the home folder.
pub(crate) struct Connection {
    client: blocking::Client,
    page: Option<String>,
}

/// What a list has, as the server gave it.
pub(crate) struct Found {
    pub(crate) raw: Vec<Value>,
}

impl Found {
    /// The same, typed.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<Vec<T>> {
        let items = self.raw.iter().map(T::deserialize);
        items
            .collect::<Result<_, _>>()
            .context("the server's list is not understood")
    }
}

impl Connection {
    /// Connects to nothing yet. The first request may start the local server.
    pub(crate) fn open(settings: &Settings) -> Result<Self> {
        Self::with_headers(settings, Vec::new())
    }

    /// The same with further headers on every request.
    pub(crate) fn with_headers(
        settings: &Settings,
        headers: Vec<(String, String)>,
    ) -> Result<Self> {
        let mut config = Config::from_settings(settings)?;
        config.headers.extend(headers);
        if let Target::Local(local) = &mut config.target {
            // The server of one release with the commands of another would be a puzzle: it is this very program.
            local.executable = std::env::current_exe().ok();
        }
        Self::of(config, settings)
    }

    /// A connection to a server that runs, if there is one to be expected: none is started, nothing is repeated.
    pub(crate) fn existing(
        settings: &Settings,
        server: Option<&HomeServer>,
    ) -> Result<Option<Self>> {
        let mut config = Config::from_settings(settings)?;
        config.max_retries = 0;
        if let Target::Local(_) | Target::None = config.target {
            let Some(server) = server else {
                return Ok(None);
            };
            config.target = Target::Address(Address::Socket(server.socket.clone()));
        }
        Self::of(config, settings).map(Some)
    }

    /// A connection to the server of this home, whatever other server the settings name.
    pub(crate) fn to_home(settings: &Settings, server: &HomeServer) -> Result<Self> {
        let config = Config::of_address(Address::Socket(server.socket.clone()));
        Self::of(
            Config {
                max_retries: 0,
                ..config
            },
            settings,
        )
    }

    fn of(config: Config, settings: &Settings) -> Result<Self> {
        let page = match settings.get(defs::api::UI_URL)? {
            Some(url) => Some(url.to_string()),
            None => config.ui_url(),
        };
        Ok(Self {
            client: blocking::Client::new(config)?,
            page,
        })
    }

    /// Where the server is.
    pub(crate) fn address(&self) -> String {
        self.client.api().address().to_string()
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        self.ask(&Request::new(Method::GET, path))
    }

    /// A POST that changes something.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask(&Request::new(Method::POST, path).json(body)?)
    }

    /// A POST that asks for something.
    pub(crate) fn query(&self, path: &str, body: &Value) -> Result<Value> {
        self.ask(&Request::new(Method::POST, path).json(body)?.repeatable())
    }

    pub(crate) fn delete(&self, path: &str) -> Result<()> {
        self.ask(&Request::new(Method::DELETE, path)).map(drop)
    }

    /// The first `limit` items that a filter finds, however many requests that takes.
    pub(crate) fn page(&self, path: &str, mut body: Value, limit: usize) -> Result<Found> {
        let mut raw = Vec::new();
        while raw.len() < limit {
            let wanted = PAGE.min(limit - raw.len());
            body["limit"] = Value::from(wanted);
            body["offset"] = Value::from(raw.len());
            let answer = self.query(path, &body)?;
            let Value::Array(items) = answer else {
                return Err(Failure::new(format!("{path} did not answer with a list")).into());
            };
            let count = items.len();
            raw.extend(items);
            if count < wanted {
                break;
            }
        }
        raw.truncate(limit);
        Ok(Found { raw })
    }

    /// One request, made once, with whatever is answered.
    pub(crate) fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let request = Request::new(method, path);
        let request = match body {
            Some(body) => request.json(body)?,
            None => request,
        };
        Ok(self.client.wait(self.client.api().send_once(&request))?)
    }

    /// Opens a page of the server in the browser, and says where it is.
    pub(crate) fn show_page(&self, path: &str) -> Result<()> {
        let Some(base) = &self.page else {
            return Err(Failure::new("the local server has no page")
                .hint("`milliways server start` serves it; or set ui_url")
                .into());
        };
        let url = format!("{base}{path}");
        let opener = if cfg!(target_os = "macos") {
            "open"
        } else {
            "xdg-open"
        };
        let status = std::process::Command::new(opener).arg(&url).status();
        if !status.is_ok_and(|status| status.success()) {
            output::note("no browser could be started; the page is at");
        }
        output::line(url)
    }

    fn ask(&self, request: &Request) -> Result<Value> {
        let answer = self.client.wait(self.client.api().send(request))?;
        Ok(answer.parse(request, &self.address())?)
    }
}
