//! Connecting to the shared database, encrypted as its address and the session say.

use std::future::poll_fn;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Connection, Socket};

use super::address::Address;
use super::conn::DbError;
use super::location::Session;
use super::tls::{Connector, TlsError};

/// Connects, on the runtime of the calling thread; `hears` is called with what the server says unasked.
pub(super) async fn dial(
    url: &str,
    session: &Session,
    hears: impl FnMut(AsyncMessage) + 'static,
) -> Result<Client, DbError> {
    let Address {
        mut config,
        encryption,
    } = Address::parse(url, session)?;
    if config.get_application_name().is_none() {
        config.application_name(&session.application);
    }
    if let Some(timeout) = session.connection
        && config.get_connect_timeout().is_none()
    {
        config.connect_timeout(timeout);
    }
    let encryption = Arc::new(encryption);
    let mut refused = None;
    for way in encryption.ways {
        config.ssl_mode(*way);
        let dialled = config.connect(Connector(Arc::clone(&encryption))).await;
        let error = match dialled {
            Ok((client, connection)) => {
                tokio::task::spawn_local(drive(connection, hears));
                return Ok(client);
            }
            Err(error) => error,
        };
        let tls = TlsError::of(&error, &encryption);
        let may_go_on = match &tls {
            // A file that was named has to be usable.
            Some(tls) => !matches!(tls, TlsError::Files { .. }),
            // It wants encryption where there is none, or none where there is.
            None => error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION),
        };
        // Of several refusals the first is that of what was wanted most.
        refused.get_or_insert(match tls {
            Some(tls) => tls.into(),
            None => DbError::Unavailable(error.into()),
        });
        if !may_go_on {
            break;
        }
    }
    Err(refused.unwrap_or_else(|| DbError::corrupt("no way to connect".to_owned())))
}

/// Moves what goes over a connection until it ends.
async fn drive<S>(mut connection: Connection<Socket, S>, mut hears: impl FnMut(AsyncMessage))
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        match message {
            Ok(message) => hears(message),
            Err(error) => {
                tracing::debug!(%error, "database connection ended");
                return;
            }
        }
    }
}
