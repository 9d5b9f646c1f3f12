//! Files in PEM: certificates and keys.

use std::path::Path;

use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::Error;

/// The certificates of a file, one at least.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let text = read(path)?;
    let found = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    match found {
        Ok(found) if found.is_empty() => Err(empty(path, "certificate")),
        Ok(found) => Ok(found),
        Err(error) => Err(Error::unusable(path, "certificate", &error)),
    }
}

/// The key of a file.
pub(crate) fn key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| match error {
        PemError::NoItemsFound => empty(path, "key"),
        error => Error::unusable(path, "key", &error),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

fn empty(path: &Path, what: &'static str) -> Error {
    Error::Empty {
        path: path.to_owned(),
        what,
    }
}
