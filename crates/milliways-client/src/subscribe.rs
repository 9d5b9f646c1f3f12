//! Follows logs and events as they come, over a WebSocket on the same kinds of addresses as requests.

use std::marker::PhantomData;

use futures_util::{SinkExt, StreamExt};
use milliways_model::filter::{EventFilter, LogFilter};
use milliways_model::{Log, ReceivedEvent};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::ClientRequestBuilder;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::stream::Stream;
use crate::{Client, Error, Result};

/// What comes in over a WebSocket until one of the two sides ends it.
#[derive(Debug)]
pub struct Subscription<T> {
    socket: WebSocketStream<Stream>,
    path: &'static str,
    items: PhantomData<fn() -> T>,
}

/// What a frame of a subscription carries: the key beside `type` has the name of the type.
#[derive(Deserialize)]
struct Frame<T> {
    #[serde(alias = "log", alias = "event")]
    item: T,
}

impl Client {
    /// The log lines that match, from now on.
    ///
    /// # Errors
    /// When nobody answers, or the server does not let this client in.
    pub async fn follow_logs(&self, filter: &LogFilter) -> Result<Subscription<Log>> {
        let wish = json!({"type": "filter", "filter": filter});
        Subscription::open(self, "/logs/out", &wish).await
    }

    /// The events that match, from now on; `backfill`: after those of the last minutes.
    ///
    /// # Errors
    /// When nobody answers, or the server does not let this client in.
    pub async fn follow_events(
        &self,
        filter: &EventFilter,
        backfill: bool,
    ) -> Result<Subscription<ReceivedEvent>> {
        let wish = json!({"type": "filter", "filter": filter, "backfill": backfill});
        Subscription::open(self, "/events/out", &wish).await
    }
}

impl<T: DeserializeOwned> Subscription<T> {
    async fn open(client: &Client, path: &'static str, wish: &Value) -> Result<Self> {
        let timeout = client.config().timeout;
        let opening = async {
            let mut subscription = Self::connect(client, path).await?;
            subscription.log_in(client).await?;
            subscription.send(wish).await?;
            Ok(subscription)
        };
        let opened = tokio::time::timeout(timeout, opening).await;
        opened.unwrap_or_else(|_| {
            Err(Error::Timeout {
                address: client.address().to_string(),
                timeout,
            })
        })
    }

    /// The next item; `None` once the server has ended the subscription.
    ///
    /// # Errors
    /// When the connection breaks, or something else than an item comes.
    pub async fn next(&mut self) -> Result<Option<T>> {
        let Some(text) = self.receive().await? else {
            return Ok(None);
        };
        let frame: Frame<T> = serde_json::from_str(&text).map_err(|error| self.failed(error))?;
        Ok(Some(frame.item))
    }

    /// Ends the subscription.
    pub async fn close(mut self) {
        // The server notices either way.
        let _ = self.socket.close(None).await;
    }

    async fn connect(client: &Client, path: &'static str) -> Result<Self> {
        let failed = |error: String| Error::Subscription {
            path: path.to_owned(),
            reason: error,
        };
        let address = client.address();
        // The stream has its TLS already, so that the scheme is of no matter.
        let uri = format!("ws://{}{}{path}", address.host_header(), address.root());
        let uri = uri
            .parse()
            .map_err(|_| failed(format!("its address can't be sent: {uri}")))?;
        let mut request = ClientRequestBuilder::new(uri).with_sub_protocol("prefect");
        for (name, value) in client.headers() {
            let value = value.to_str().map_err(|error| failed(error.to_string()))?;
            // The builder has its own.
            if name != "host" {
                request = request.with_header(name.as_str(), value);
            }
        }
        let stream = client.connect().await?;
        let (socket, _) = client_async(request, stream)
            .await
            .map_err(|error| failed(error.to_string()))?;
        Ok(Self {
            socket,
            path,
            items: PhantomData,
        })
    }

    async fn log_in(&mut self, client: &Client) -> Result<()> {
        let config = client.config();
        let token = config
            .auth_string
            .as_ref()
            .or(config.api_key.as_ref())
            .map(|secret| secret.expose());
        self.send(&json!({"type": "auth", "token": token})).await?;
        let answer = self.receive().await?.unwrap_or_default();
        let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        match answer["type"].as_str() {
            Some("auth_success") => Ok(()),
            Some("auth_failure") => {
                Err(self.failed(answer["reason"].as_str().unwrap_or("not let in")))
            }
            _ => Err(self.failed(
                "the server does not let this client in, hint: check MILLIWAYS_API_AUTH_STRING",
            )),
        }
    }

    async fn send(&mut self, value: &Value) -> Result<()> {
        let sent = self.socket.send(Message::text(value.to_string())).await;
        sent.map_err(|error| self.failed(error))
    }

    /// The next text; `None` at an orderly end. The socket answers pings by itself.
    async fn receive(&mut self) -> Result<Option<String>> {
        while let Some(message) = self.socket.next().await {
            match message {
                Ok(Message::Text(text)) => return Ok(Some(text.as_str().to_owned())),
                Ok(Message::Close(Some(frame)))
                    if u16::from(frame.code) != 1000 && u16::from(frame.code) != 1001 =>
                {
                    return Err(self.failed(format_args!(
                        "{} ({})",
                        frame.reason,
                        u16::from(frame.code)
                    )));
                }
                Ok(Message::Close(_)) | Err(SocketError::ConnectionClosed) => return Ok(None),
                Ok(_) => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        Ok(None)
    }

    fn failed(&self, reason: impl std::fmt::Display) -> Error {
        Error::Subscription {
            path: self.path.to_owned(),
            reason: reason.to_string(),
        }
    }
}
