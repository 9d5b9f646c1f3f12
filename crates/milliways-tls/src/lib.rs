//! Whom connections with TLS trust, and as whom they come: the one place that sets up rustls, for clients of a server
//! and of a database alike. It opens no connection.
//!
//! To add a way of trusting: a variant of [`Verify`], and what it checks in `verifier.rs`.

mod error;
mod pem;
mod verifier;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

pub use error::Error;

use verifier::{Trusted, Verifier};

/// What is looked at of the certificate that the other side shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verify {
    /// That it holds its key, and nothing else: the connection is encrypted, to whomever.
    Nothing,
    /// That somebody who is trusted has issued it.
    Issuer(Roots),
    /// The same, and that it is for the name that was connected to.
    Name(Roots),
}

/// Whose certificates are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// Those of whom the system trusts, read once in a process.
    System,
    /// Those of whom a file in PEM names, and no others.
    File(PathBuf),
}

/// As whom a client comes: two files in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its certificate, followed by those of who issued it up to one that the other side knows.
    pub certificate: PathBuf,
    /// The key of the certificate, not encrypted.
    pub key: PathBuf,
}

/// The configuration of a client. Files are read anew by each call, so that one that was renewed is found.
///
/// # Errors
/// When a file can't be read or holds something else, and where the system trusts nobody.
pub fn client_config(verify: &Verify, identity: Option<&Identity>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let (trusted, checks_name) = match verify {
        Verify::Nothing => (None, false),
        Verify::Issuer(roots) => (Some(trusted(roots)?), false),
        Verify::Name(roots) => (Some(trusted(roots)?), true),
    };
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::Setup)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier {
            trusted,
            checks_name,
            algorithms,
        }));
    let Some(Identity { certificate, key }) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    let certificates = pem::certificates(certificate)?;
    builder
        .with_client_auth_cert(certificates, pem::key(key)?)
        .map_err(|source| Error::Pair {
            certificate: certificate.clone(),
            key: key.clone(),
            source,
        })
}

fn trusted(roots: &Roots) -> Result<Arc<Trusted>, Error> {
    /// Systems have more than a hundred of them: they are shared.
    static SYSTEM: OnceLock<Arc<Trusted>> = OnceLock::new();
    match roots {
        Roots::File(path) => {
            let mut trusted = Trusted {
                named: pem::certificates(path)?,
                ..Trusted::default()
            };
            for certificate in &trusted.named {
                let added = trusted.roots.add(certificate.clone());
                added.map_err(|source| Error::unusable(path, "certificate", &source))?;
            }
            Ok(Arc::new(trusted))
        }
        Roots::System => {
            let trusted = SYSTEM.get_or_init(|| {
                let mut roots = RootCertStore::empty();
                // Systems carry a few certificates that can't be read; the others are as good without them.
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                Arc::new(Trusted {
                    roots,
                    named: Vec::new(),
                })
            });
            if trusted.roots.is_empty() {
                return Err(Error::NoRoots);
            }
            Ok(Arc::clone(trusted))
        }
    }
}

#[cfg(test)]
mod tests;
