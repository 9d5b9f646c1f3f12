//! `/logs/out`: log lines as they are stored.

use axum::extract::State;
use axum::response::Response;
use milliways_model::filter::LogFilter;
use milliways_storage::Scope;

use super::handshake::Handshake;
use super::socket::{Close, Socket};
use super::subscription::{send_live, wanted};
use crate::app::Shared;
use crate::extract::Workspace;
use crate::matching::LogMatcher;

/// Opens the socket.
pub(crate) async fn logs_out(
    State(_app): State<Shared>,
    Workspace(scope): Workspace,
    handshake: Handshake,
) -> Response {
    handshake.open(async move |mut socket| {
        let close = serve(&mut socket, &scope)
            .await
            .unwrap_or_else(|close| close);
        socket.close(close).await;
    })
}

async fn serve(socket: &mut Socket, scope: &Scope) -> Result<Close, Close> {
    let wanted = wanted::<LogFilter>(socket).await?;
    let hub = socket.app().hub.clone();
    let live = if socket.app().config.streams.logs {
        hub.logs(scope, LogMatcher::new(wanted.filter)).await
    } else {
        hub.silence(scope).await
    };
    let mut live = live.map_err(|_| Close::again("the log can't be read now"))?;
    Ok(send_live(socket, &mut live, |_| true).await)
}
