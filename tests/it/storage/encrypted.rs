//! Encrypted connections to PostgreSQL: what address and settings ask for, and what is said where it can't be had.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use milliways_model::WorkspaceId;
use milliways_storage::{Location, Options, Store, Tls};
use milliways_tests::certificates::Issuer;
use milliways_tests::clock::FakeClock;
use milliways_tests::cluster::{Cluster, PASSWORD};
use milliways_tests::postgres::Database;
use milliways_tests::process::Home;

const TLS: Tls = Tls {
    ca_file: None,
    cert_file: None,
    key_file: None,
    checks_name: true,
};

/// A cluster, and a folder with certificates: of its issuer, of another one, and of clients.
struct Place {
    cluster: Cluster,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let issuer = Issuer::new("an issuer");
        let other = Issuer::new("another issuer");
        let place = Self {
            cluster: Cluster::start(&issuer),
            folder: tempfile::tempdir().unwrap(),
        };
        place.write("issuer", &issuer.certificate);
        place.write("other", &other.certificate);
        for (name, issuer) in [("shown", &issuer), ("stranger", &other)] {
            let client = issuer.issue("shown", &[]);
            place.write(name, &client.certificate);
            place.write(&format!("{name}.key"), &client.key);
        }
        place.write("empty", "nothing");
        place
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.file(name), text).unwrap();
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn options(&self, host: &str, user: &str, parameters: &str, tls: Option<Tls>) -> Options {
        let parameters = parameters.replace('@', &format!("{}/", self.folder.path().display()));
        let url = self.cluster.url(host, user, &parameters);
        let mut options = Options::new(Location::Server(url), Arc::new(FakeClock::default()));
        options.session.tls = tls.map(|tls| Tls {
            ca_file: self.inside(tls.ca_file),
            cert_file: self.inside(tls.cert_file),
            key_file: self.inside(tls.key_file),
            ..tls
        });
        options
    }

    fn inside(&self, path: Option<PathBuf>) -> Option<PathBuf> {
        Some(self.folder.path().join(path?))
    }

    /// How connections of the store are encrypted, or why there are none.
    async fn opened(&self, host: &str, user: &str, parameters: &str, tls: Option<Tls>) -> String {
        let mut options = self.options(host, user, parameters, tls);
        let application = format!("it {}", milliways_model::uuid7_now().simple());
        options.session.application.clone_from(&application);
        options.writers = Some(1);
        let store = match Store::open(options).await {
            Ok(store) => store,
            Err(error) => return without(&error.to_string(), self.folder.path()),
        };
        // Connections are made when they are first needed.
        store
            .workspace(WorkspaceId::DEFAULT)
            .events_after(0, 1)
            .await
            .unwrap();
        let told = self.cluster.ask(&format!(
            "SELECT DISTINCT CASE WHEN ssl THEN 'encrypted' ELSE 'plain' END || COALESCE(' as ' || client_dn, '')
            FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE application_name = '{application}'"
        ));
        store.close().await;
        told
    }

    async fn check(&self, cases: &[(&str, &str, &str, Option<Tls>)]) -> String {
        let mut lines = Vec::new();
        for (host, user, parameters, tls) in cases {
            let told = self.opened(host, user, parameters, tls.clone()).await;
            let settings = tls.as_ref().map_or_else(String::new, |tls| {
                let name = |path: &Option<PathBuf>| {
                    path.as_ref()
                        .map_or_else(|| "-".to_owned(), |path| path.display().to_string())
                };
                let files = [&tls.ca_file, &tls.cert_file, &tls.key_file].map(name);
                format!(" [{} {}]", files.join(" "), tls.checks_name)
            });
            let told = told.replace('\n', "\n    ");
            lines.push(format!("{user}@{host}?{parameters}{settings}\n    {told}"));
        }
        lines.join("\n")
    }
}

fn without(text: &str, folder: &Path) -> String {
    text.replace(&folder.display().to_string(), "")
}

#[tokio::test]
async fn connections_are_encrypted_as_address_and_settings_say() {
    let place = Place::new();
    let file = |name: &str| Some(PathBuf::from(name));
    let told = place
        .check(&[
            ("localhost", "postgres", "", None),
            ("localhost", "postgres", "sslmode=disable", None),
            ("localhost", "postgres", "sslmode=allow", None),
            ("localhost", "sealed", "sslmode=allow", None),
            ("localhost", "open", "", None),
            ("localhost", "open", "sslmode=require", None),
            ("localhost", "sealed", "sslmode=disable", None),
            ("127.0.0.1", "sealed", "sslmode=require", None),
            (
                "127.0.0.1",
                "sealed",
                "sslmode=require&sslrootcert=@other",
                None,
            ),
            (
                "127.0.0.1",
                "sealed",
                "sslmode=verify-ca&sslrootcert=@issuer",
                None,
            ),
            (
                "127.0.0.1",
                "sealed",
                "sslmode=verify-full&sslrootcert=@issuer",
                None,
            ),
            (
                "localhost",
                "sealed",
                "sslmode=verify-full&sslrootcert=@issuer",
                None,
            ),
            (
                "localhost",
                "sealed",
                "sslmode=verify-full&sslrootcert=@other",
                None,
            ),
            (
                "localhost",
                "sealed",
                "sslmode=verify-full&sslrootcert=@missing",
                None,
            ),
            (
                "localhost",
                "sealed",
                "sslmode=verify-full&sslrootcert=@empty",
                None,
            ),
            ("localhost", "sealed", "sslmode=verified", None),
            (
                "localhost",
                "sealed",
                "sslmode=require&sslrootcert=system",
                None,
            ),
            ("localhost", "shown", "sslmode=require", None),
            (
                "localhost",
                "shown",
                "sslmode=require&sslcert=@shown&sslkey=@shown.key",
                None,
            ),
            (
                "localhost",
                "shown",
                "sslmode=require&sslcert=@shown&sslkey=@stranger.key",
                None,
            ),
            (
                "localhost",
                "shown",
                "sslmode=require&sslcert=@shown&sslkey=@shown",
                None,
            ),
            ("localhost", "shown", "sslmode=require&sslcert=@shown", None),
            (
                "localhost",
                "sealed",
                "sslmode=disable",
                Some(Tls {
                    ca_file: file("issuer"),
                    ..TLS
                }),
            ),
            (
                "127.0.0.1",
                "sealed",
                "",
                Some(Tls {
                    ca_file: file("issuer"),
                    ..TLS
                }),
            ),
            (
                "127.0.0.1",
                "sealed",
                "",
                Some(Tls {
                    ca_file: file("issuer"),
                    checks_name: false,
                    ..TLS
                }),
            ),
            (
                "localhost",
                "sealed",
                "",
                Some(Tls {
                    ca_file: file("missing"),
                    ..TLS
                }),
            ),
            (
                "localhost",
                "sealed",
                "",
                Some(Tls {
                    ca_file: file("other"),
                    ..TLS
                }),
            ),
            (
                "localhost",
                "shown",
                "",
                Some(Tls {
                    ca_file: file("issuer"),
                    cert_file: file("shown"),
                    key_file: file("shown.key"),
                    ..TLS
                }),
            ),
            (
                "localhost",
                "shown",
                "",
                Some(Tls {
                    ca_file: file("issuer"),
                    key_file: file("shown.key"),
                    ..TLS
                }),
            ),
        ])
        .await;
    insta::assert_snapshot!(told, @r#"
    postgres@localhost?
        encrypted
    postgres@localhost?sslmode=disable
        plain
    postgres@localhost?sslmode=allow
        plain
    sealed@localhost?sslmode=allow
        encrypted
    open@localhost?
        plain
    open@localhost?sslmode=require
        can't use the PostgreSQL database: FATAL: no pg_hba.conf entry for host "127.0.0.1", user "open", database "postgres", SSL encryption
        hint: check that it runs, and the database URL
    sealed@localhost?sslmode=disable
        can't use the PostgreSQL database: FATAL: no pg_hba.conf entry for host "127.0.0.1", user "sealed", database "postgres", no encryption
        hint: check that it runs, and the database URL
    sealed@127.0.0.1?sslmode=require
        encrypted
    sealed@127.0.0.1?sslmode=require&sslrootcert=@other
        can't use the PostgreSQL database: its certificate is not to be trusted: nobody who is trusted has issued it
        hint: name the file of its issuer, as sslrootcert in the address or server.database.sqlalchemy.connect_args.tls.ca_file, and connect to a name that stands in the certificate
    sealed@127.0.0.1?sslmode=verify-ca&sslrootcert=@issuer
        encrypted
    sealed@127.0.0.1?sslmode=verify-full&sslrootcert=@issuer
        can't use the PostgreSQL database: its certificate is not to be trusted: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("localhost")
        hint: name the file of its issuer, as sslrootcert in the address or server.database.sqlalchemy.connect_args.tls.ca_file, and connect to a name that stands in the certificate
    sealed@localhost?sslmode=verify-full&sslrootcert=@issuer
        encrypted
    sealed@localhost?sslmode=verify-full&sslrootcert=@other
        can't use the PostgreSQL database: its certificate is not to be trusted: nobody who is trusted has issued it
        hint: name the file of its issuer, as sslrootcert in the address or server.database.sqlalchemy.connect_args.tls.ca_file, and connect to a name that stands in the certificate
    sealed@localhost?sslmode=verify-full&sslrootcert=@missing
        can't use the PostgreSQL database: sslrootcert: can't read /missing: No such file or directory (os error 2)
        hint: check the path, and that the server may read it
    sealed@localhost?sslmode=verify-full&sslrootcert=@empty
        can't use the PostgreSQL database: sslrootcert: /empty has no certificate in PEM
        hint: give a file in PEM, as `openssl` writes them
    sealed@localhost?sslmode=verified
        can't use the PostgreSQL database: sslmode of the database's address can't be `verified`
        hint: use disable, allow, prefer, require, verify-ca or verify-full
    sealed@localhost?sslmode=require&sslrootcert=system
        can't use the PostgreSQL database: sslrootcert=system of the database's address goes with sslmode=verify-full only
        hint: leave one of the two out
    shown@localhost?sslmode=require
        can't use the PostgreSQL database: FATAL: connection requires a valid client certificate
        hint: check that it runs, and the database URL
    shown@localhost?sslmode=require&sslcert=@shown&sslkey=@shown.key
        encrypted as /CN=shown
    shown@localhost?sslmode=require&sslcert=@shown&sslkey=@stranger.key
        can't use the PostgreSQL database: sslkey: /stranger.key is not the key of /shown: keys may not be consistent: KeyMismatch
        hint: give the key with which the certificate was asked for
    shown@localhost?sslmode=require&sslcert=@shown&sslkey=@shown
        can't use the PostgreSQL database: sslcert: /shown has no key in PEM
        hint: give a key in PEM that is not encrypted
    shown@localhost?sslmode=require&sslcert=@shown
        can't use the PostgreSQL database: sslcert is given alone: a client has a certificate and its key
        hint: give both files, or none
    sealed@localhost?sslmode=disable [issuer - - true]
        encrypted
    sealed@127.0.0.1? [issuer - - true]
        can't use the PostgreSQL database: its certificate is not to be trusted: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("localhost")
        hint: name the file of its issuer, as sslrootcert in the address or server.database.sqlalchemy.connect_args.tls.ca_file, and connect to a name that stands in the certificate
    sealed@127.0.0.1? [issuer - - false]
        encrypted
    sealed@localhost? [missing - - true]
        can't use the PostgreSQL database: server.database.sqlalchemy.connect_args.tls.ca_file: can't read /missing: No such file or directory (os error 2)
        hint: check the path, and that the server may read it
    sealed@localhost? [other - - true]
        can't use the PostgreSQL database: its certificate is not to be trusted: nobody who is trusted has issued it
        hint: name the file of its issuer, as sslrootcert in the address or server.database.sqlalchemy.connect_args.tls.ca_file, and connect to a name that stands in the certificate
    shown@localhost? [issuer shown shown.key true]
        encrypted as /CN=shown
    shown@localhost? [issuer - shown.key true]
        can't use the PostgreSQL database: server.database.sqlalchemy.connect_args.tls.key_file is given alone: a client has a certificate and its key
        hint: give both files, or none
    "#);
}

/// The system may tell that the connection was closed before it tells with which words.
#[tokio::test]
async fn a_certificate_that_the_server_does_not_know_opens_nothing() {
    let place = Place::new();
    let stranger = "sslmode=require&sslcert=@stranger&sslkey=@stranger.key";
    let told = place.opened("localhost", "shown", stranger, None).await;
    let said = [
        "it refuses the certificate of this client",
        "closed",
        "reset",
        "pipe",
    ];
    assert!(said.iter().any(|said| told.contains(said)), "{told}");
    assert!(told.contains("hint: "), "{told}");
}

/// The server has to prove that it knows the certificate that it has shown.
#[tokio::test]
async fn a_password_is_tied_to_the_connection() {
    let place = Place::new();
    let user = format!("locked:{}", PASSWORD.replace(' ', "%20"));
    let told = place
        .opened(
            "localhost",
            &user,
            "sslmode=require&channel_binding=require",
            None,
        )
        .await;
    assert_eq!(told, "encrypted");
    let told = place.opened("localhost", "locked:wrong", "", None).await;
    assert!(told.contains("password authentication failed"), "{told}");
}

#[tokio::test]
async fn a_server_without_encryption_is_not_used_where_it_is_asked_for() {
    let database = Database::create();
    let url = format!("{}?sslmode=require", database.url());
    let options = Options::new(Location::Server(url), Arc::new(FakeClock::default()));
    let error = Store::open(options).await.err().unwrap().to_string();
    insta::assert_snapshot!(error, @r"
    can't use the PostgreSQL database: it does not encrypt connections, and sslmode of its address or a setting asks for it
    hint: switch `ssl` on in the server's configuration, or reach it over a network that you trust
    ");
}

/// The real executable, with the settings of Prefect, and whom the system trusts.
#[tokio::test]
async fn every_connection_of_a_server_is_encrypted() {
    let place = Place::new();
    let home = Home::sqlite()
        .with(
            "PREFECT_API_DATABASE_CONNECTION_URL",
            &place.cluster.url("localhost", "sealed", ""),
        )
        .with(
            "PREFECT_SERVER_DATABASE_SQLALCHEMY_CONNECT_ARGS_TLS_ENABLED",
            "true",
        );
    let refused = home.run("server start --port 0 --no-ui");
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(
        told.contains("its certificate is not to be trusted"),
        "{told}"
    );

    let trusted = place.file("issuer");
    let home = home.with("SSL_CERT_FILE", &trusted.display().to_string());
    let _server = home.start();
    let deadline = Instant::now() + Duration::from_secs(30);
    // What hears of other servers connects in the background.
    loop {
        let told = place.cluster.ask(
            "SELECT string_agg(DISTINCT application_name || ' ' || ssl, ', ') FROM pg_stat_ssl
            JOIN pg_stat_activity USING (pid) WHERE usename = 'sealed'",
        );
        if told == "milliways hints true, milliways true" {
            return;
        }
        assert!(Instant::now() < deadline, "{told}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
