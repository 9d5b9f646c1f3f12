//! Which database the server keeps everything in, and how.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::declare::settings;
use crate::{DatabaseUrl, Durability, Secret};

settings! {
    /// Address of the database: `sqlite:///path/to/file.db` or `postgresql://user:password@host:5432/name`. SQLAlchemy's spellings with a driver, such as `sqlite+aiosqlite:///` and `postgresql+asyncpg://`, mean the same. Unset: `milliways.db` in the home folder.
    CONNECTION_URL: Option<DatabaseUrl> = "server.database.connection_url",
        also ["PREFECT_API_DATABASE_CONNECTION_URL"];

    /// `postgresql` or `sqlite`, where the address is given in parts rather than by `server.database.connection_url`.
    DRIVER: Option<String> = "server.database.driver", also ["PREFECT_API_DATABASE_DRIVER"];

    /// Host of the database, where the address is given in parts.
    HOST: Option<String> = "server.database.host", also ["PREFECT_API_DATABASE_HOST"];

    /// Port of the database, where the address is given in parts.
    PORT: Option<u16> = "server.database.port", also ["PREFECT_API_DATABASE_PORT"];

    /// User of the database, where the address is given in parts.
    USER: Option<String> = "server.database.user", also ["PREFECT_API_DATABASE_USER"];

    /// Name of the database (for SQLite: its file), where the address is given in parts.
    NAME: Option<String> = "server.database.name", also ["PREFECT_API_DATABASE_NAME"];

    /// Password of the database, where the address is given in parts.
    PASSWORD: Option<Secret> = "server.database.password", also ["PREFECT_API_DATABASE_PASSWORD"];

    /// When a write to the embedded database is acknowledged: `full`, once it is on disk, or `normal`, which is quicker and may lose the last moments in a power cut.
    DURABILITY: Durability = ours "server.database.durability", default "full";

    /// Connections to PostgreSQL, 3 at least: one that hears of other servers, and of the others three in eight write. Unset: 8, or 6 where PostgreSQL is on the same machine and that has no more than two processors.
    CONNECTIONS: Option<NonZeroU32> = ours "server.database.connections",
        also ["PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_SIZE", "PREFECT_SQLALCHEMY_POOL_SIZE"];

    /// How long to wait for PostgreSQL to accept a connection. 0: as long as the system waits.
    CONNECTION_TIMEOUT: Duration = "server.database.connection_timeout", default "5s",
        also ["PREFECT_API_DATABASE_CONNECTION_TIMEOUT"];

    /// How long one statement of the server may take on PostgreSQL (0: without end), and how long the embedded database waits where another process has its file locked.
    TIMEOUT: Duration = "server.database.timeout", default "10s",
        also ["PREFECT_API_DATABASE_TIMEOUT"];

    /// Bring the tables up to date when the server starts. Without it the server does not start before `milliways server database upgrade`, where that is needed.
    MIGRATE_ON_START: bool = "server.database.migrate_on_start", default "true",
        also ["PREFECT_API_DATABASE_MIGRATE_ON_START"];

    /// How long one statement may take on PostgreSQL while the tables are brought up to date. Unset: without end.
    MIGRATION_TIMEOUT: Option<Duration> = "server.database.migration_timeout";

    /// The name under which PostgreSQL knows the server's connections. Unset: the one in the address, else `milliways`.
    APPLICATION_NAME: Option<String> =
        "server.database.sqlalchemy.connect_args.application_name";

    /// The schemas of PostgreSQL in which the tables are, the first of which gets new ones. Unset: as the database has it.
    SEARCH_PATH: Option<String> = "server.database.sqlalchemy.connect_args.search_path";

    /// Whether connections to PostgreSQL have to be encrypted, to a server whose certificate is checked. Without it the address says so: `sslmode` with `sslrootcert`, `sslcert` and `sslkey`, as for libpq; where it has no `sslmode`, connections are encrypted if the server can.
    TLS_ENABLED: bool = "server.database.sqlalchemy.connect_args.tls.enabled", default "false";

    /// A file in PEM with the certificates of those that PostgreSQL's certificate may be issued by, where connections have to be encrypted. Unset: whom the system trusts.
    TLS_CA_FILE: Option<PathBuf> = "server.database.sqlalchemy.connect_args.tls.ca_file";

    /// A file in PEM with the certificate that PostgreSQL is shown, where connections have to be encrypted and the server asks for one.
    TLS_CERT_FILE: Option<PathBuf> = "server.database.sqlalchemy.connect_args.tls.cert_file";

    /// A file in PEM with the key of that certificate, not encrypted.
    TLS_KEY_FILE: Option<PathBuf> = "server.database.sqlalchemy.connect_args.tls.key_file";

    /// Whether PostgreSQL's certificate has to be for the name in the address, where connections have to be encrypted.
    TLS_CHECK_HOSTNAME: bool = "server.database.sqlalchemy.connect_args.tls.check_hostname",
        default "true";
}
