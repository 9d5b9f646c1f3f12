//! TLS towards a server: set up once, and only where an address begins with `https`.

use std::sync::Arc;

use milliways_tls::{Roots, Verify};
use rustls::ClientConfig;

use crate::{Config, Error, Result};

/// The configuration for connections with TLS.
pub(crate) fn client_config(config: &Config) -> Result<Arc<ClientConfig>> {
    let verify = match &config.ssl_cert_file {
        _ if config.insecure_skip_verify => Verify::Nothing,
        Some(file) => Verify::Name(Roots::File(file.clone())),
        None => Verify::Name(Roots::System),
    };
    let mut client = milliways_tls::client_config(&verify, None).map_err(|error| match error {
        milliways_tls::Error::File { path, source } => Error::File { path, source },
        error => Error::Tls {
            address: config.server(),
            reason: format!(
                "{error}, hint: {}, see MILLIWAYS_API_SSL_CERT_FILE",
                error.hint()
            ),
        },
    })?;
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(client))
}
