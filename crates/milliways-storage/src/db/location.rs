//! Where the data is, and how hard an acknowledgement is.

use std::path::PathBuf;
use std::time::Duration;

use super::address::Address;

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// One SQLite file, owned by one server.
    File(PathBuf),
    /// A PostgreSQL database, shared by any number of servers: a `postgresql://` URL.
    Server(String),
}

impl Location {
    /// Whether another machine does the work: a server that is not reached by a socket of this system or the loopback.
    pub(crate) fn is_elsewhere(&self) -> bool {
        match self {
            Self::File(_) => false,
            Self::Server(url) => {
                Address::parse(url, &Session::default()).is_ok_and(|address| address.is_elsewhere())
            }
        }
    }
}

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The loss of power.
    #[default]
    Full,
    /// The end of the process, but not always the loss of power.
    Normal,
}

/// How connections are made, and how long what they do may take. What is named after a shared database means nothing
/// to an embedded one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// How long a shared database may take to accept a connection; none: as long as the system waits. Default: 5 s.
    pub connection: Option<Duration>,
    /// How long one statement may take on a shared database, and how long an embedded one waits for a lock of another
    /// process; none is without end. Default: 10 s.
    pub statement: Option<Duration>,
    /// How long one statement of a migration may take on a shared database. Default: without end.
    pub migration: Option<Duration>,
    /// The name under which a shared database knows the connections, where its URL gives none. Default: `milliways`.
    pub application: String,
    /// The schemas of a shared database that tables are looked for in. Default: as the database has it.
    pub search_path: Option<String>,
    /// That connections to a shared database have to be encrypted, and how; default: as its URL says.
    pub tls: Option<Tls>,
}

/// How connections to a shared database are encrypted, whatever mode its URL asks for. A file that is not given here
/// may be given there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The certificates of those that are trusted, in PEM; none: those whom the system trusts.
    pub ca_file: Option<PathBuf>,
    /// The certificate to show to the server, in PEM; none: no certificate is shown.
    pub cert_file: Option<PathBuf>,
    /// Its key, in PEM; given where the certificate is.
    pub key_file: Option<PathBuf>,
    /// Whether the certificate of the server has to be for the name in the URL.
    pub checks_name: bool,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            connection: Some(Duration::from_secs(5)),
            statement: Some(Duration::from_secs(10)),
            migration: None,
            application: "milliways".to_owned(),
            search_path: None,
            tls: None,
        }
    }
}

impl Session {
    /// The same, for what is done before there is a server: migrations, and what looks at everything.
    pub(crate) fn beforehand(&self) -> Self {
        Self {
            statement: self.migration,
            ..self.clone()
        }
    }
}
