//! The only way to open a WebSocket: who is asking is known before a handler gets it.
//!
//! A client offers the subprotocol `prefect` and says who it is in its first message. Old clients offer
//! nothing and send nothing; they are let in where nobody is asked, or where their request's headers said it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use super::socket::{Close, Socket};
use crate::app::{App, Shared};
use crate::edge::{Auth, Peer, offers_subprotocol};
use crate::problem::Problem;

/// How long the first message may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A request to open a WebSocket.
pub(crate) struct Handshake {
    upgrade: WebSocketUpgrade,
    app: Arc<App>,
    permit: OwnedSemaphorePermit,
    /// Whether the request itself has said who is asking.
    is_known: bool,
    speaks_prefect: bool,
    /// What one is told who may not; what is wrong unless given.
    refusal: Option<&'static str>,
}

impl FromRequestParts<Shared> for Handshake {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let is_owner = parts.extensions.get::<Peer>() == Some(&Peer::Owner);
        let is_known = is_owner || app.auth.accepts_headers(&parts.headers);
        let speaks_prefect = offers_subprotocol(&parts.headers);
        let upgrade = WebSocketUpgrade::from_request_parts(parts, app)
            .await
            .map_err(|error| {
                let text = format!("this is a WebSocket: {}", error.body_text());
                Problem::detail(StatusCode::UPGRADE_REQUIRED, "upgrade_required", text)
            })?;
        // The edge has refused those already; here it would be a hole.
        if !is_known && !speaks_prefect {
            let text = "Authentication needs the WebSocket subprotocol 'prefect'";
            return Err(Problem::exception(
                StatusCode::FORBIDDEN,
                "subprotocol_required",
                text,
            ));
        }
        let permit = Arc::clone(&app.sockets)
            .try_acquire_owned()
            .map_err(|_| Problem::unavailable("too_many_sockets"))?;
        Ok(Self {
            upgrade,
            app: Arc::clone(app),
            permit,
            is_known,
            speaks_prefect,
            refusal: None,
        })
    }
}

impl Handshake {
    /// Tells those who may not come in by one word.
    pub(super) fn refusing_with(mut self, word: &'static str) -> Self {
        self.refusal = Some(word);
        self
    }

    /// Opens the socket, and hands it to `serve` once it is known who is asking.
    pub(super) fn open<F, Served>(self, serve: F) -> Response
    where
        F: FnOnce(Socket) -> Served + Send + 'static,
        Served: Future<Output = ()> + Send + 'static,
    {
        let Self {
            upgrade,
            app,
            permit,
            is_known,
            speaks_prefect,
            refusal,
        } = self;
        app.metrics.sockets.add(1);
        let limit = app.config.limits.socket_message;
        upgrade
            .protocols(["prefect"])
            .max_message_size(limit)
            .max_frame_size(limit)
            .on_upgrade(move |inner| async move {
                let _permit = permit;
                let busy = Arc::clone(&app);
                let _busy = busy.lifecycle.begin();
                let mut socket = Socket::new(inner, app);
                if speaks_prefect && let Err(mut close) = authenticate(&mut socket, is_known).await
                {
                    if let Some(word) = refusal {
                        close.reason = word.into();
                    }
                    return socket.close(close).await;
                }
                serve(socket).await;
            })
    }
}

#[derive(Deserialize)]
struct FirstMessage {
    r#type: String,
    token: Option<String>,
}

async fn authenticate(socket: &mut Socket, is_known: bool) -> Result<(), Close> {
    let first = tokio::time::timeout(PATIENCE, socket.text()).await;
    let text = first.map_err(|_| Close::policy("no 'auth' message in time"))??;
    let message: FirstMessage = serde_json::from_str(&text)
        .ok()
        .filter(|message: &FirstMessage| message.r#type == "auth")
        .ok_or(Close::policy("Expected 'auth' message"))?;
    admit(&socket.app().auth, message.token.as_deref(), is_known)?;
    socket.send(r#"{"type":"auth_success"}"#.into()).await
}

/// A token has to be right even where the headers were; none is enough only where they were.
fn admit(auth: &Auth, token: Option<&str>, is_known: bool) -> Result<(), Close> {
    match token {
        _ if !auth.is_on() => Ok(()),
        Some(token) if auth.accepts(token.as_bytes()) => Ok(()),
        Some(_) => Err(Close::policy("Invalid token")),
        None if is_known => Ok(()),
        None => Err(Close::policy("Auth required but no token provided")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_needed_where_a_server_asks() {
        let (open, asks) = (Auth::new(None), Auth::new(Some("user:pass")));
        for (auth, token, is_known, reason) in [
            (&open, None, true, None),
            (&open, Some("whatever"), true, None),
            (&asks, Some("user:pass"), false, None),
            (&asks, Some("user:pasS"), false, Some("Invalid token")),
            (&asks, Some("user:pasS"), true, Some("Invalid token")),
            (&asks, None, true, None),
            (
                &asks,
                None,
                false,
                Some("Auth required but no token provided"),
            ),
        ] {
            let refused = admit(auth, token, is_known).err().map(|close| close.reason);
            assert_eq!(refused.as_deref(), reason, "{token:?} {is_known}");
        }
    }
}
