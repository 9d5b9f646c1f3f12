//! Encrypted connections to the shared database, and what is said where there is none.

mod connector;
mod end_point;

use std::error::Error as StdError;
use std::io;

use rustls::CertificateError;

pub(super) use connector::Connector;

use super::address::Encryption;
use super::conn::DbError;

/// Why a connection is not encrypted as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// The address asks for something unknown.
    #[error("sslmode of the database's address can't be `{0}`")]
    Mode(String),
    /// Everybody whom the system trusts would be trusted, whatever their name.
    #[error("sslrootcert=system of the database's address goes with sslmode=verify-full only")]
    Weak,
    /// A certificate without its key, or the other way round.
    #[error("{0} is given alone: a client has a certificate and its key")]
    Half(&'static str),
    /// A file of the address or the settings.
    #[error("{name}: {reason}")]
    Files {
        /// What names it.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        hint: &'static str,
    },
    /// The server speaks plain text only.
    #[error("it does not encrypt connections, and sslmode of its address or a setting asks for it")]
    NotOffered,
    /// The certificate that the server shows is not to be trusted.
    #[error("its certificate is not to be trusted: {}", flaw(.0))]
    Untrusted(CertificateError),
    /// The server does not trust us.
    #[error("it refuses the certificate of this client: {0}")]
    Refused(rustls::Error),
    /// No connection came about for another reason.
    #[error("no encrypted connection: {0}")]
    Handshake(String),
}

impl TlsError {
    /// What a failed connection says of its encryption; none where that was not what failed.
    pub(super) fn of(error: &tokio_postgres::Error, encryption: &Encryption) -> Option<Self> {
        if let Some(error) = inside::<milliways_tls::Error>(error) {
            let name = error.path().and_then(|path| encryption.name_of(path));
            return Some(Self::Files {
                name: name.unwrap_or("certificates for the database"),
                reason: error.to_string(),
                hint: error.hint(),
            });
        }
        match inside(error) {
            Some(rustls::Error::InvalidCertificate(error)) => {
                return Some(Self::Untrusted(error.clone()));
            }
            Some(error @ rustls::Error::AlertReceived(_)) => {
                return Some(Self::Refused(error.clone()));
            }
            _ => {}
        }
        // The driver has no other name for its kinds of errors.
        if error.to_string() != "error performing TLS handshake" {
            return None;
        }
        let reason = error.source().map(ToString::to_string).unwrap_or_default();
        Some(match reason.as_str() {
            "server does not support TLS" => Self::NotOffered,
            _ => Self::Handshake(reason),
        })
    }

    /// What to do.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Mode(_) => "use disable, allow, prefer, require, verify-ca or verify-full",
            Self::Weak => "leave one of the two out",
            Self::Half(_) => "give both files, or none",
            Self::Files { hint, .. } => hint,
            Self::NotOffered => {
                "switch `ssl` on in the server's configuration, or reach it over a network that you trust"
            }
            Self::Untrusted(_) => {
                "name the file of its issuer, as sslrootcert in the address or server.database.sqlalchemy.connect_args.tls.ca_file, and connect to a name that stands in the certificate"
            }
            Self::Refused(_) => {
                "give the certificate and key that its administrator has issued, as sslcert and sslkey in the address or in the settings server.database.sqlalchemy.connect_args.tls.cert_file and .key_file"
            }
            Self::Handshake(_) => "check that a PostgreSQL server listens there",
        }
    }
}

impl From<TlsError> for DbError {
    fn from(error: TlsError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// What is wrong with a certificate.
fn flaw(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => "nobody who is trusted has issued it".to_owned(),
        other => other.to_string(),
    }
}

/// An error of a type among those that another one comes from.
fn inside<T: StdError + 'static>(error: &tokio_postgres::Error) -> Option<&T> {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An error of the system does not count what it is made of among its sources.
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}
