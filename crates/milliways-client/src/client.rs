//! Makes requests: finds the server, keeps connections alive, repeats what an answer invites to repeat.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use hyper::{Method, Uri};
use hyper_util::rt::TokioIo;
use milliways_model::problem::PROBLEM_TYPE;
use milliways_model::version::API_VERSION;
use rustls::ClientConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::config::Target;
use crate::csrf::Csrf;
use crate::local::LocalServer;
use crate::retry::Repeats;
use crate::stream::Stream;
use crate::{Address, Answer, Config, Error, Request, Result, tls};

/// So many connections are kept for the next requests.
const KEPT_CONNECTIONS: usize = 8;

type Connection = SendRequest<Full<Bytes>>;

/// A client of the API. Cheap to clone; clones share their connections. Needs a tokio runtime.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    address: Address,
    headers: HeaderMap,
    repeats: Repeats,
    idle: Mutex<Vec<Connection>>,
    tls: OnceCell<Arc<ClientConfig>>,
    csrf: Csrf,
    local: Option<LocalServer>,
}

impl Client {
    /// A client. Connects to nothing before the first request.
    ///
    /// # Errors
    /// When the configuration names no server, or a header that can't be sent.
    pub fn new(config: Config) -> Result<Self> {
        let (address, local) = match &config.target {
            Target::Address(address) => (address.clone(), None),
            Target::Local(local) => (
                Address::Socket(local.socket.clone()),
                Some(LocalServer::new(local.clone())),
            ),
            Target::None => return Err(Error::NoServer),
        };
        Ok(Self(Arc::new(Inner {
            headers: headers(&config, &address)?,
            repeats: Repeats::new(&config),
            idle: Mutex::default(),
            tls: OnceCell::new(),
            csrf: Csrf::default(),
            config,
            address,
            local,
        })))
    }

    /// Where the server is.
    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// What it was made of.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Makes a request, and makes it again where that may help. Gives good answers only.
    ///
    /// # Errors
    /// When the last try failed, or was answered with another status than 2xx.
    pub async fn send(&self, request: &Request) -> Result<Answer> {
        let mut done = 0;
        loop {
            let error = match self
                .send_once(request)
                .await
                .and_then(|answer| answer.good(request))
            {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let random = rand::random();
            let Some(wait) = self
                .0
                .repeats
                .wait(&error, done, request.is_repeatable, random)
            else {
                return Err(error);
            };
            done += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Makes a request once and gives whatever is answered.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send_once(&self, request: &Request) -> Result<Answer> {
        let timeout = self.0.config.timeout;
        let answer = tokio::time::timeout(timeout, self.exchange_with_token(request)).await;
        answer.unwrap_or_else(|_| {
            Err(Error::Timeout {
                address: self.0.address.to_string(),
                timeout,
            })
        })
    }

    /// Fetches the token that a server asks changes for, and makes the request again, with it.
    async fn exchange_with_token(&self, request: &Request) -> Result<Answer> {
        let answer = self.exchange(request).await?;
        if !self.0.config.csrf_support || !Csrf::is_asked_for(request, &answer) {
            return Ok(answer);
        }
        let given = self.exchange(&self.0.csrf.request()).await?;
        if self.0.csrf.take(&given) {
            self.exchange(request).await
        } else {
            Ok(answer)
        }
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: impl Into<String>) -> Result<T> {
        self.ask(Request::new(Method::GET, path)).await
    }

    /// A POST that asks for something, and may so be repeated.
    pub(crate) async fn query<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<T> {
        self.ask(Request::new(Method::POST, path).json(body)?.repeatable())
            .await
    }

    /// A POST that changes something.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &(impl Serialize + ?Sized),
    ) -> Result<T> {
        self.ask(Request::new(Method::POST, path).json(body)?).await
    }

    pub(crate) async fn ask<T: DeserializeOwned>(&self, request: Request) -> Result<T> {
        let answer = self.send(&request).await?;
        answer.parse(&request, &self.0.address.to_string())
    }

    /// A request whose answer has nothing to read.
    pub(crate) async fn tell(&self, request: Request) -> Result<()> {
        self.send(&request).await.map(drop)
    }

    /// A new connection, to the server that is started for it where there is none.
    pub(crate) async fn connect(&self) -> Result<Stream> {
        let inner = &*self.0;
        match &inner.local {
            Some(local) => local.connect().await,
            None => Stream::connect(&inner.address, || self.tls()).await,
        }
    }

    /// The headers of every request.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    async fn exchange(&self, request: &Request) -> Result<Answer> {
        loop {
            let kept = self.take_idle();
            let is_kept = kept.is_some();
            let connection = match kept {
                Some(connection) => connection,
                None => self.open().await?,
            };
            match self.exchange_on(connection, request).await {
                // The server has ended the connection while it was kept.
                Err(Error::Broken {
                    is_unsent: true, ..
                }) if is_kept => {}
                answer => return answer,
            }
        }
    }

    async fn exchange_on(&self, mut connection: Connection, request: &Request) -> Result<Answer> {
        let message = self.message(request)?;
        let response = connection
            .try_send_request(message)
            .await
            .map_err(|mut error| {
                let is_unsent = error.take_message().is_some();
                self.broken(error.error(), is_unsent)
            })?;
        let (head, body) = response.into_parts();
        let body = body
            .collect()
            .await
            .map_err(|error| self.broken(&error, false))?
            .to_bytes();
        self.keep(connection);
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        })
    }

    async fn open(&self) -> Result<Connection> {
        let stream = self.connect().await?;
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shaken.map_err(|error| self.broken(&error, true))?;
        // It ends when the sender is dropped or the server hangs up; what broke it is told to the request.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(sender)
    }

    fn message(&self, request: &Request) -> Result<hyper::Request<Full<Bytes>>> {
        let path = format!("{}{}", self.0.address.root(), request.path);
        let uri: Uri = path.parse().map_err(|_| self.unsendable(request))?;
        let mut message = hyper::Request::new(Full::new(request.body.clone()));
        *message.method_mut() = request.method.clone();
        *message.uri_mut() = uri;
        *message.headers_mut() = self.0.headers.clone();
        if !request.body.is_empty() {
            message
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        self.0.csrf.add_to(request, message.headers_mut());
        Ok(message)
    }

    fn unsendable(&self, request: &Request) -> Error {
        let reason = format!("its path can't be sent: {}", request.path);
        Error::Broken {
            address: self.0.address.to_string(),
            reason,
            is_unsent: true,
        }
    }

    fn broken(&self, error: &hyper::Error, is_unsent: bool) -> Error {
        let reason = match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        Error::Broken {
            address: self.0.address.to_string(),
            reason,
            is_unsent,
        }
    }

    fn tls(&self) -> Result<Arc<ClientConfig>> {
        if let Some(config) = self.0.tls.get() {
            return Ok(config.clone());
        }
        let config = tls::client_config(&self.0.config)?;
        // Another connection may have been quicker; both mean the same.
        let _ = self.0.tls.set(config.clone());
        Ok(config)
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(connection) = idle.pop() {
            if !connection.is_closed() {
                return Some(connection);
            }
        }
        None
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT_CONNECTIONS && !connection.is_closed() {
            idle.push(connection);
        }
    }
}

impl Config {
    /// The value of the `Authorization` header, where there is one to send.
    pub(crate) fn authorization(&self) -> Option<String> {
        match (&self.auth_string, &self.api_key) {
            (Some(auth), _) => Some(format!("Basic {}", STANDARD.encode(auth.expose()))),
            (None, Some(key)) => Some(format!("Bearer {}", key.expose())),
            (None, None) => None,
        }
    }
}

fn headers(config: &Config, address: &Address) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    let mut add = |name: &str, value: &str, is_secret: bool| {
        let invalid = || Error::Header {
            name: name.to_owned(),
        };
        let name: HeaderName = name.parse().map_err(|_| invalid())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| invalid())?;
        value.set_sensitive(is_secret);
        headers.insert(name, value);
        Ok::<(), Error>(())
    };
    for (name, value) in &config.headers {
        add(name, value, true)?;
    }
    add(HOST.as_str(), &address.host_header(), false)?;
    let agent = format!(
        "milliways/{} (API {API_VERSION})",
        env!("CARGO_PKG_VERSION")
    );
    add(USER_AGENT.as_str(), &agent, false)?;
    add("x-prefect-api-version", API_VERSION, false)?;
    let accepted = format!("{PROBLEM_TYPE}, application/json;q=0.9, */*;q=0.8");
    add(ACCEPT.as_str(), &accepted, false)?;
    if let Some(authorization) = config.authorization() {
        add(AUTHORIZATION.as_str(), &authorization, true)?;
    }
    Ok(headers)
}
