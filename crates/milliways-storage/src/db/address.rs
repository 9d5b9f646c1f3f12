//! The address of a shared database, taken apart: what the driver reads of it, and how its connections are encrypted.
//!
//! The parameters about encryption are those of libpq, the settings those of Prefect; where both are given the settings
//! have the last word.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use milliways_tls::{Identity, Roots, Verify};
use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::conn::DbError;
use super::location::{Session, Tls};
use super::tls::TlsError;

/// Where files are named beside the address.
const CA_FILE: &str = "server.database.sqlalchemy.connect_args.tls.ca_file";
const CERT_FILE: &str = "server.database.sqlalchemy.connect_args.tls.cert_file";
const KEY_FILE: &str = "server.database.sqlalchemy.connect_args.tls.key_file";

/// The word that stands for no file, but for whom the system trusts.
const SYSTEM: &str = "system";
/// Encryption or nothing.
const REQUIRED: &[SslMode] = &[SslMode::Require];

/// An address.
#[derive(Debug)]
pub(super) struct Address {
    /// Where to, and as whom; without a mode of encryption.
    pub(super) config: Config,
    pub(super) encryption: Encryption,
}

/// How connections are encrypted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Encryption {
    /// What is tried, one after the other.
    pub(super) ways: &'static [SslMode],
    pub(super) verify: Verify,
    pub(super) identity: Option<Identity>,
    /// Files by what names them.
    named: Vec<(&'static str, PathBuf)>,
}

impl Encryption {
    /// What names a file.
    pub(super) fn name_of(&self, path: &Path) -> Option<&'static str> {
        let named = self.named.iter().find(|(_, named)| named == path)?;
        Some(named.0)
    }
}

impl Address {
    /// What a `postgresql://` URL and a session say.
    pub(super) fn parse(url: &str, session: &Session) -> Result<Self, DbError> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let mut said = Said::default();
        let others: Vec<&str> = query
            .split('&')
            .filter(|parameter| !parameter.is_empty() && !said.takes(parameter))
            .collect();
        let config: Config = format!("{place}?{}", others.join("&"))
            .parse()
            .map_err(DbError::from)?;
        // The server encrypts nothing on a socket of the system, whatever it is asked for.
        let is_local = config
            .get_hosts()
            .iter()
            .all(|host| matches!(host, Host::Unix(_)));
        let encryption = said.encryption(session.tls.as_ref(), is_local)?;
        Ok(Self { config, encryption })
    }

    /// Whether any of the places that are named is not on this machine. What a name stands for is not looked up.
    pub(super) fn is_elsewhere(&self) -> bool {
        let addresses = self.config.get_hostaddrs();
        if !addresses.is_empty() {
            return addresses.iter().any(|address| !address.is_loopback());
        }
        self.config.get_hosts().iter().any(|host| match host {
            Host::Unix(_) => false,
            Host::Tcp(name) => {
                let address: Option<IpAddr> = name.parse().ok();
                !address.map_or(name == "localhost", |address| address.is_loopback())
            }
        })
    }
}

/// What the address itself says about encryption.
#[derive(Default)]
struct Said {
    mode: Option<String>,
    roots: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
}

impl Said {
    /// Takes a parameter that the driver does not know, or not in full.
    fn takes(&mut self, parameter: &str) -> bool {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let slot = match name {
            "sslmode" => &mut self.mode,
            "sslrootcert" => &mut self.roots,
            "sslcert" => &mut self.certificate,
            "sslkey" => &mut self.key,
            _ => return false,
        };
        let value = percent_decode_str(value).decode_utf8_lossy();
        *slot = Some(value.into_owned()).filter(|value| !value.is_empty());
        true
    }

    /// What is tried, and whether the server's name is checked beside its issuer; none: neither is.
    fn mode(&self) -> Result<(&'static [SslMode], Option<bool>), TlsError> {
        let is_system = self.roots.as_deref() == Some(SYSTEM);
        Ok(match self.mode.as_deref() {
            None | Some("verify-full") if is_system => (REQUIRED, Some(true)),
            // Who trusts everybody whom the system trusts has to look at names.
            Some(_) if is_system => return Err(TlsError::Weak),
            Some("disable") => (&[SslMode::Disable], None),
            Some("allow") => (&[SslMode::Disable, SslMode::Require], None),
            None | Some("prefer") => (&[SslMode::Prefer, SslMode::Disable], None),
            // Who names an issuer wants it looked at, also where the mode does not ask for it.
            Some("require") => (REQUIRED, self.roots.as_ref().map(|_| false)),
            Some("verify-ca") => (REQUIRED, Some(false)),
            Some("verify-full") => (REQUIRED, Some(true)),
            Some(mode) => return Err(TlsError::Mode(mode.to_owned())),
        })
    }

    fn encryption(self, tls: Option<&Tls>, is_local: bool) -> Result<Encryption, TlsError> {
        let in_address = |name, value: Option<String>| Some((name, PathBuf::from(value?)));
        let beside = |name, of: fn(&Tls) -> &Option<PathBuf>| Some((name, of(tls?).clone()?));

        let (ways, checks_name) = match tls {
            Some(tls) => (REQUIRED, Some(tls.checks_name)),
            None => self.mode()?,
        };
        let roots = self.roots.filter(|roots| roots != SYSTEM);
        let roots = beside(CA_FILE, |tls| &tls.ca_file).or(in_address("sslrootcert", roots));
        let certificate = beside(CERT_FILE, |tls| &tls.cert_file);
        let key = beside(KEY_FILE, |tls| &tls.key_file);
        let (certificate, key) = match (&certificate, &key) {
            (None, None) => (
                in_address("sslcert", self.certificate),
                in_address("sslkey", self.key),
            ),
            _ => (certificate, key),
        };
        let trusted = match &roots {
            Some((_, path)) => Roots::File(path.clone()),
            None => Roots::System,
        };
        let verify = match checks_name {
            None => Verify::Nothing,
            Some(false) => Verify::Issuer(trusted),
            Some(true) => Verify::Name(trusted),
        };
        let identity = match (&certificate, &key) {
            (Some((_, certificate)), Some((_, key))) => Some(Identity {
                certificate: certificate.clone(),
                key: key.clone(),
            }),
            (None, None) => None,
            (Some((given, _)), None) | (None, Some((given, _))) => {
                return Err(TlsError::Half(given));
            }
        };
        Ok(Encryption {
            ways: if is_local { &[SslMode::Disable] } else { ways },
            verify,
            identity,
            named: [roots, certificate, key].into_iter().flatten().collect(),
        })
    }
}

#[cfg(test)]
mod tests;
