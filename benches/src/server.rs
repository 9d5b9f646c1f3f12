//! Servers of their own for a benchmark: a folder, a database, a free port, ended with this value.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use milliways_model::uuid7_now;
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// Whose server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ours.
    Milliways,
    /// Prefect's.
    Prefect,
    /// One that does nothing, the floor.
    EmptyHandler,
}

/// Where a server keeps its rows.
#[derive(Clone, Debug)]
pub enum Storage {
    /// A file of its own, in its folder.
    Sqlite,
    /// A database of its own, in the cluster at this URL.
    Postgres(String),
}

/// A folder and a database, in which servers may be started one after the other.
pub struct Place {
    home: Home,
    /// The cluster, and the database in it.
    database: Option<(String, String)>,
}

enum Home {
    Passing(TempDir),
    Kept(PathBuf),
}

impl Place {
    /// An empty one.
    pub async fn new(storage: &Storage) -> Self {
        let database = match storage {
            Storage::Sqlite => None,
            Storage::Postgres(cluster) => Some((cluster.clone(), create_database(cluster).await)),
        };
        Self {
            home: Home::Passing(tempfile::tempdir().unwrap()),
            database,
        }
    }

    /// One that stays, and is found again by its name: a folder of that one, and in a cluster a database.
    pub async fn kept(storage: &Storage, folder: &Path, name: &str) -> Self {
        let (home, database) = match storage {
            Storage::Sqlite => (folder.join(name), None),
            Storage::Postgres(cluster) => {
                let database = format!("bench_{name}");
                find_or_create_database(cluster, &database).await;
                let home = folder.join(format!("{name}-postgres"));
                (home, Some((cluster.clone(), database)))
            }
        };
        std::fs::create_dir_all(&home).unwrap();
        Self {
            home: Home::Kept(home),
            database,
        }
    }

    /// The home folder.
    pub fn home(&self) -> &Path {
        match &self.home {
            Home::Passing(folder) => folder.path(),
            Home::Kept(folder) => folder,
        }
    }

    /// The database's address, where it is not a file in the folder.
    pub fn database_url(&self) -> Option<String> {
        let (cluster, name) = self.database.as_ref()?;
        Some(url_of(cluster, name))
    }

    /// Has PostgreSQL do at once what it does by itself within minutes after much was written.
    pub async fn tidy(&self) {
        if let Some(url) = self.database_url() {
            let database = admin(&url).await;
            database.batch_execute("VACUUM (ANALYZE)").await.unwrap();
        }
    }

    /// Whether PostgreSQL has something to do in the database beside answering this.
    async fn is_busy(&self) -> bool {
        let Some(url) = self.database_url() else {
            return false;
        };
        let asked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
                     AND pid <> pg_backend_pid() LIMIT 1";
        admin(&url)
            .await
            .query_opt(asked, &[])
            .await
            .unwrap()
            .is_some()
    }

    /// Removes it with all that it holds, unless it is to stay.
    pub async fn remove(self) {
        if let (Home::Passing(_), Some((cluster, name))) = (&self.home, self.database) {
            let drop = format!("DROP DATABASE {name} WITH (FORCE)");
            admin(&cluster).await.batch_execute(&drop).await.unwrap();
        }
    }
}

/// A server in a process of its own, which ends with this value.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whose it is.
    pub kind: Kind,
    process: Child,
}

impl Server {
    /// Starts `program`, which is of that kind, with these variables of the environment beside its own.
    pub async fn start(
        kind: Kind,
        program: &Path,
        place: &Place,
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = Command::new(program);
        match kind {
            Kind::EmptyHandler => {
                command.arg("--empty-handler");
            }
            Kind::Milliways => {
                command
                    .args(["server", "start"])
                    .env("MILLIWAYS_HOME", place.home());
            }
            Kind::Prefect => {
                command
                    .args(["server", "start"])
                    .env("PREFECT_HOME", place.home())
                    .env("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
                    .env("DO_NOT_TRACK", "1");
            }
        }
        if let Some(url) = place.database_url() {
            let url = match kind {
                Kind::Prefect => url.replacen("postgresql://", "postgresql+asyncpg://", 1),
                _ => url,
            };
            command.env("PREFECT_SERVER_DATABASE_CONNECTION_URL", url);
        }
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let process = command
            .args(["--port", &address.port().to_string()])
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            address,
            kind,
            process,
        };
        let deadline = Instant::now() + Duration::from_secs(90);
        while !is_healthy(address).await {
            assert!(Instant::now() < deadline, "the server did not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server
    }

    /// Waits until it has done what it does after its start: until it uses next to nothing of a processor, and its
    /// database has nothing to do, for a second and a half.
    pub async fn settle(&self, place: &Place) {
        let deadline = Instant::now() + Duration::from_mins(3);
        let (mut before, mut quiet) = (self.ticks(), 0);
        while quiet < 15 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = self.ticks();
            let is_quiet = now - before <= 1 && !place.is_busy().await;
            quiet = if is_quiet { quiet + 1 } else { 0 };
            before = now;
            assert!(
                Instant::now() < deadline,
                "the server does not come to rest"
            );
        }
    }

    /// The time that its threads ran, in hundredths of a second: `utime` and `stime` of proc(5).
    fn ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        // The name, in brackets, may hold anything.
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let ticks = fields.split_whitespace().skip(11).take(2);
        ticks.map(|field| field.parse::<u64>().unwrap()).sum()
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// Our server's executable: what `MILLIWAYS_BIN` names, else the release build.
pub fn milliways() -> PathBuf {
    std::env::var_os("MILLIWAYS_BIN")
        .map_or_else(|| PathBuf::from("target/release/milliways"), PathBuf::from)
}

async fn create_database(cluster: &str) -> String {
    let name = format!("bench_{}", uuid7_now().simple());
    find_or_create_database(cluster, &name).await;
    name
}

async fn find_or_create_database(cluster: &str, name: &str) {
    let admin = admin(cluster).await;
    let known = "SELECT 1 FROM pg_database WHERE datname = $1";
    if admin.query_opt(known, &[&name]).await.unwrap().is_none() {
        let create = format!("CREATE DATABASE {name}");
        admin.batch_execute(&create).await.unwrap();
    }
}

async fn admin(cluster: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(cluster, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn url_of(cluster: &str, name: &str) -> String {
    let base = cluster.rsplit_once('/').map_or(cluster, |(base, _)| base);
    format!("{base}/{name}")
}

async fn is_healthy(address: SocketAddr) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let Ok(mut stream) = tokio::net::TcpStream::connect(address).await else {
        return false;
    };
    let request =
        format!("GET /api/health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    stream.write_all(request.as_bytes()).await.is_ok()
        && stream.read_to_end(&mut answer).await.is_ok()
        && answer.starts_with(b"HTTP/1.1 200")
}
