//! An open WebSocket: messages in, frames out, and how it ends.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_tungstenite::tungstenite;

use crate::app::App;
use crate::lifecycle::closed;

/// How long a frame may take to be sent before the other side is taken for dead.
const SEND_PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait for the other side's farewell.
const FAREWELL: Duration = Duration::from_secs(2);
/// A close frame holds no longer reason.
const REASON: usize = 120;

/// Why a socket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: Option<u16>,
    pub(super) reason: Cow<'static, str>,
}

impl Close {
    fn with(code: u16, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: Some(code),
            reason: reason.into(),
        }
    }

    /// The other side has gone, or can't be told: nothing is sent.
    pub(super) const fn gone() -> Self {
        Self {
            code: None,
            reason: Cow::Borrowed(""),
        }
    }

    /// 1001: the server ends.
    pub(super) fn going_away() -> Self {
        Self::with(close_code::AWAY, "the server is shutting down")
    }

    /// 1002: a message that is not expected here.
    pub(super) fn protocol(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(close_code::PROTOCOL, reason)
    }

    /// 1007: a message that is not what it should be.
    pub(super) fn invalid(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(close_code::INVALID, reason)
    }

    /// 1008: the other side may not.
    pub(super) fn policy(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(close_code::POLICY, reason)
    }

    /// 1009: a message that is too large.
    fn too_large() -> Self {
        Self::with(close_code::SIZE, "the message is too large")
    }

    /// 1000: there is nothing more to say.
    pub(super) fn normal() -> Self {
        Self::with(close_code::NORMAL, "")
    }

    /// 4001: a message that the exchange does not know.
    pub(super) fn violation(expected: &'static str) -> Self {
        Self::with(4001, format!("Protocol violation: expected {expected}"))
    }

    /// 1011: a failure of ours.
    pub(super) fn internal(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(close_code::ERROR, reason)
    }

    /// 1013: come back later.
    pub(super) fn again(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::with(close_code::AGAIN, reason)
    }
}

/// What the other side sent.
pub(super) enum Incoming {
    Text(Utf8Bytes),
    /// A ping. Its pong leaves with the next look for a message, not before.
    Ping,
    /// What needs no attention.
    Other,
}

/// An open WebSocket.
pub(super) struct Socket {
    inner: WebSocket,
    app: Arc<App>,
    heard: Instant,
}

impl Socket {
    pub(super) fn new(inner: WebSocket, app: Arc<App>) -> Self {
        Self {
            inner,
            app,
            heard: Instant::now(),
        }
    }

    pub(super) fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The next message. Dropping the future loses none.
    pub(super) async fn next(&mut self) -> Result<Incoming, Close> {
        let message = match self.inner.recv().await {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Err(why(error)),
            None => return Err(Close::gone()),
        };
        self.heard = Instant::now();
        match message {
            Message::Text(text) => Ok(Incoming::Text(text)),
            Message::Binary(bytes) => match Utf8Bytes::try_from(bytes) {
                Ok(text) => Ok(Incoming::Text(text)),
                Err(_) => Err(Close::invalid("the message is not text")),
            },
            Message::Ping(_) => Ok(Incoming::Ping),
            Message::Pong(_) => Ok(Incoming::Other),
            Message::Close(_) => Err(Close::gone()),
        }
    }

    /// The next text.
    pub(super) async fn text(&mut self) -> Result<Utf8Bytes, Close> {
        let mut closing = self.app.lifecycle.closing();
        loop {
            let incoming = tokio::select! {
                incoming = self.next() => incoming?,
                () = closed(&mut closing) => return Err(Close::going_away()),
            };
            if let Incoming::Text(text) = incoming {
                return Ok(text);
            }
        }
    }

    /// Sends a frame.
    pub(super) async fn send(&mut self, text: Utf8Bytes) -> Result<(), Close> {
        self.put(Message::Text(text)).await
    }

    async fn put(&mut self, message: Message) -> Result<(), Close> {
        match tokio::time::timeout(SEND_PATIENCE, self.inner.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Close::gone()),
        }
    }

    /// The moments at which to call [`Socket::probe`].
    pub(super) fn probes(&self) -> tokio::time::Interval {
        let every = self
            .app
            .config
            .websocket_ping_interval
            .max(Duration::from_millis(100));
        let mut interval = tokio::time::interval_at(Instant::now() + every, every);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        interval
    }

    /// Asks whether the other side still lives; an error where it has said nothing for too long.
    pub(super) async fn probe(&mut self) -> Result<(), Close> {
        let config = &self.app.config;
        let patience = config.websocket_ping_interval * 2 + config.websocket_ping_timeout;
        if self.heard.elapsed() > patience {
            return Err(Close::policy("nothing was heard for too long"));
        }
        self.put(Message::Ping(bytes::Bytes::new())).await
    }

    /// Ends it.
    pub(super) async fn close(mut self, close: Close) {
        let Some(code) = close.code else { return };
        let mut reason = close.reason.into_owned();
        while reason.len() > REASON {
            reason.pop();
        }
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        if self.put(Message::Close(Some(frame))).await.is_err() {
            return;
        }
        // The other side's close frame ends the exchange; some never send one.
        let answer = async { while let Some(Ok(_)) = self.inner.recv().await {} };
        let _ = tokio::time::timeout(FAREWELL, answer).await;
    }
}

/// What a failed read means for the other side.
fn why(error: axum::Error) -> Close {
    use tungstenite::Error;
    match error.into_inner().downcast::<Error>().as_deref() {
        Ok(Error::Capacity(_)) => Close::too_large(),
        Ok(Error::Utf8(_)) => Close::invalid("the message is not UTF-8"),
        Ok(Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => {
            Close::gone()
        }
        Ok(Error::Protocol(_)) => Close::protocol("the frame is malformed"),
        _ => Close::gone(),
    }
}
