//! How a server is set up: where it listens, who may call it, what it refuses.

use std::path::PathBuf;
use std::time::Duration;

use milliways_settings::{ByteSize, Key, Secret, Settings, Words, defs};
use milliways_storage::{CleanupPolicy, GraphLimits};

use milliways_storage::Horizon;

use crate::shown_settings;

/// How a server is set up. [`ServerConfig::default`] is a server on `127.0.0.1:4200` that asks nobody who they
/// are; [`ServerConfig::from_settings`] is what the user's settings say.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The host and port to listen on; port 0 takes a free one. None: no TCP at all.
    pub tcp: Option<(String, u16)>,
    /// The unix socket to listen on. Who may open it is trusted: its folder and its mode are the owner's only.
    pub socket: Option<PathBuf>,
    /// Set for a server that clients start on demand: it ends by itself after this long without a request, or
    /// when it is asked to over its socket.
    pub local: Option<Duration>,
    /// `user:password` that requests over TCP have to carry. None is allowed on loopback only.
    pub auth_string: Option<Secret>,
    /// Names beside the loopback ones under which a server without authentication may be called.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may call the API; `*` is all. Default: only the server's own page.
    pub cors_allowed_origins: Vec<String>,
    /// Methods that such pages may use. None: all that the API has.
    pub cors_allowed_methods: Option<Vec<String>>,
    /// Headers that such pages may send. None: any.
    pub cors_allowed_headers: Option<Vec<String>>,
    /// How long a CSRF token is good for. None: no token is asked for.
    pub csrf: Option<Duration>,
    /// The path below which a proxy makes the server appear, such as `/milliways`.
    pub base_path: Option<String>,
    /// Whether the web page is served. Default: yes.
    pub ui: bool,
    /// How long a connection stays open between two requests, [`Limits::header_timeout`] at most. Default: 5 seconds.
    pub keepalive_timeout: Duration,
    /// How often an open WebSocket is asked whether it still lives. Default: 20 seconds.
    pub websocket_ping_interval: Duration,
    /// How long it has to answer. Default: 20 seconds.
    pub websocket_ping_timeout: Duration,
    /// How long requests under way may take once the server was asked to stop. Default: 20 seconds.
    pub shutdown_timeout: Duration,
    /// How much is made ahead of a schedule that a request asks to be looked at.
    pub horizon: Horizon,
    /// How many runs a schedule may make ahead at most. Default: 50.
    pub max_scheduled_runs: i64,
    /// Whether events and log lines are streamed as they come. Default: both.
    pub streams: Streams,
    /// How long a worker of background tasks may take to begin with one. None: as long as it likes.
    pub pending_task_timeout: Option<Duration>,
    /// How workers are given what is to be cleaned up.
    pub cleanup: CleanupPolicy,
    /// What is refused.
    pub limits: Limits,
    /// What `GET /api/admin/settings` answers; secrets are masked already.
    pub shown_settings: serde_json::Value,
}

/// What is streamed to subscribers as it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    /// Events; without them a subscriber is told of the past only.
    pub events: bool,
    /// Log lines.
    pub logs: bool,
}

/// The bounds of what the server accepts. Past any of them a request is refused, never cut.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a body. Default: 4 MiB.
    pub body: usize,
    /// Bytes of a body with logs, events or a journal. Default: 8 MiB.
    pub bulk_body: usize,
    /// Bytes of a request's headers. Default: 16 KiB.
    pub headers: usize,
    /// How deep JSON may be nested. Default: 64.
    pub json_depth: usize,
    /// Bytes of the parameters of a run or a deployment; 0 is without end. Default: 512 KiB.
    pub parameters: usize,
    /// Items of a page, also where a request does not say. Default: 200.
    pub page_size: i64,
    /// The largest offset. Default: 1,000,000.
    pub offset: i64,
    /// How long the headers of a request may take to arrive. Default: 10 seconds.
    pub header_timeout: Duration,
    /// How long a body may take to arrive. Default: 30 seconds.
    pub body_timeout: Duration,
    /// How long a request may take to be answered. Default: 30 seconds.
    pub request_timeout: Duration,
    /// Open connections. Default: 8,192.
    pub connections: usize,
    /// Open WebSockets. Default: 1,024.
    pub sockets: usize,
    /// Bytes of a WebSocket message. Default: 1 MiB.
    pub socket_message: usize,
    /// Frames that wait for a slow subscriber before it is cut off. Default: 1,024.
    pub socket_queue: usize,
    /// Bytes of an event. Default: 1,500,000.
    pub event_size: usize,
    /// Characters of an event's name. Default: 1,024.
    pub event_name: usize,
    /// Labels of one resource of an event. Default: 500.
    pub event_labels: usize,
    /// Resources that an event is related to. Default: 100.
    pub event_related: usize,
    /// How far back a new subscriber can look. Default: 15 minutes.
    pub backfill: Duration,
    /// Events that are read at once for a new subscriber, 50 at most. Default: 250.
    pub backfill_page: i64,
    /// What the graph of a flow run may hold. Default: 10,000 nodes and 10,000 artifacts.
    pub graph: GraphLimits,
    /// Characters of a task run's cache key. Default: 2,000.
    pub cache_key: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            tcp: Some(("127.0.0.1".to_owned(), 4200)),
            socket: None,
            local: None,
            auth_string: None,
            allowed_hosts: Vec::new(),
            cors_allowed_origins: Vec::new(),
            cors_allowed_methods: None,
            cors_allowed_headers: None,
            csrf: None,
            base_path: None,
            ui: true,
            keepalive_timeout: Duration::from_secs(5),
            websocket_ping_interval: Duration::from_secs(20),
            websocket_ping_timeout: Duration::from_secs(20),
            shutdown_timeout: Duration::from_secs(20),
            horizon: Horizon::default(),
            max_scheduled_runs: 50,
            streams: Streams {
                events: true,
                logs: true,
            },
            pending_task_timeout: None,
            cleanup: CleanupPolicy {
                lease: Duration::from_secs(30),
                attempts: 3,
            },
            limits: Limits::default(),
            shown_settings: serde_json::Value::Object(serde_json::Map::new()),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 4 << 20,
            bulk_body: 8 << 20,
            headers: 16 << 10,
            json_depth: 64,
            parameters: 512 << 10,
            page_size: 200,
            offset: 1_000_000,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(30),
            connections: 8_192,
            sockets: 1_024,
            socket_message: 1 << 20,
            socket_queue: 1_024,
            event_size: 1_500_000,
            event_name: 1_024,
            event_labels: 500,
            event_related: 100,
            backfill: Duration::from_mins(15),
            backfill_page: 250,
            graph: GraphLimits {
                nodes: 10_000,
                artifacts: 10_000,
            },
            cache_key: 2_000,
        }
    }
}

impl ServerConfig {
    /// What the settings say: TCP on `server.api.host` and `server.api.port`, and the socket of the home folder.
    /// Whether it is a local server is the caller's to say.
    ///
    /// # Errors
    /// When a setting's value is not one of its type.
    pub fn from_settings(settings: &Settings) -> milliways_settings::Result<Self> {
        use defs::server as keys;
        let csrf = settings.get(keys::API_CSRF_PROTECTION_ENABLED)?;
        let origins = settings.get(keys::API_CORS_ALLOWED_ORIGINS)?;
        Ok(Self {
            tcp: Some((settings.get(keys::API_HOST)?, settings.get(keys::API_PORT)?)),
            socket: Some(settings.paths().socket()),
            local: None,
            auth_string: settings.get(keys::API_AUTH_STRING)?,
            allowed_hosts: Vec::new(),
            cors_allowed_origins: origins.map(|words| words.0).unwrap_or_default(),
            cors_allowed_methods: named(settings, keys::API_CORS_ALLOWED_METHODS)?,
            cors_allowed_headers: named(settings, keys::API_CORS_ALLOWED_HEADERS)?,
            csrf: csrf
                .then(|| settings.get(keys::API_CSRF_TOKEN_EXPIRATION))
                .transpose()?,
            base_path: settings.get(keys::API_BASE_PATH)?,
            ui: settings.get(defs::ui::ENABLED)?,
            keepalive_timeout: settings.get(keys::API_KEEPALIVE_TIMEOUT)?,
            websocket_ping_interval: settings.get(keys::API_WEBSOCKET_PING_INTERVAL)?,
            websocket_ping_timeout: settings.get(keys::API_WEBSOCKET_PING_TIMEOUT)?,
            shutdown_timeout: settings.get(keys::SHUTDOWN_TIMEOUT)?,
            horizon: horizon(settings)?,
            max_scheduled_runs: settings
                .get(defs::concurrency::DEPLOYMENT_MAX_SCHEDULED_RUNS)?
                .get()
                .into(),
            streams: Streams {
                events: settings.get(defs::events::STREAM_OUT_ENABLED)?,
                logs: settings.get(defs::events::LOGS_STREAM_OUT_ENABLED)?,
            },
            pending_task_timeout: Some(settings.get(defs::background_tasks::PENDING_TIMEOUT)?)
                .filter(|timeout| !timeout.is_zero()),
            cleanup: CleanupPolicy {
                lease: settings.get(defs::worker_channel::CLEANUP_LEASE)?,
                attempts: settings
                    .get(defs::worker_channel::CLEANUP_MAX_DELIVERY_ATTEMPTS)?
                    .get(),
            },
            limits: Limits::from_settings(settings)?,
            shown_settings: shown_settings::tree(settings),
        })
    }
}

/// The words of a list; none where they are not limited.
fn named(
    settings: &Settings,
    key: Key<Option<Words>>,
) -> milliways_settings::Result<Option<Vec<String>>> {
    let words = settings.get(key)?.map(|words| words.0);
    Ok(words.filter(|words| !words.iter().any(|word| word == "*")))
}

fn horizon(settings: &Settings) -> milliways_settings::Result<Horizon> {
    use defs::services as keys;
    Ok(Horizon {
        min_runs: settings.get(keys::SCHEDULER_MIN_RUNS)? as usize,
        max_runs: settings.get(keys::SCHEDULER_MAX_RUNS)?.get() as usize,
        min_seconds: settings
            .get(keys::SCHEDULER_MIN_SCHEDULED_TIME)?
            .as_secs_f64(),
        max_seconds: settings
            .get(keys::SCHEDULER_MAX_SCHEDULED_TIME)?
            .as_secs_f64(),
    })
}

impl Limits {
    fn from_settings(settings: &Settings) -> milliways_settings::Result<Self> {
        use defs::{events, limits as keys};
        let bytes = |size: ByteSize| usize::try_from(size.0).unwrap_or(usize::MAX);
        let count = |number: std::num::NonZeroU32| number.get() as usize;
        Ok(Self {
            body: bytes(settings.get(keys::BODY_SIZE)?),
            bulk_body: bytes(settings.get(keys::BULK_BODY_SIZE)?),
            parameters: bytes(settings.get(keys::PARAMETER_SIZE)?),
            json_depth: count(settings.get(keys::JSON_DEPTH)?),
            page_size: i64::from(settings.get(keys::PAGE_SIZE)?.get()),
            offset: i64::try_from(settings.get(keys::MAX_OFFSET)?).unwrap_or(i64::MAX),
            header_timeout: settings.get(keys::HEADER_TIMEOUT)?,
            request_timeout: settings.get(keys::REQUEST_TIMEOUT)?,
            event_size: bytes(settings.get(events::MAXIMUM_SIZE)?),
            event_name: count(settings.get(events::MAXIMUM_NAME_LENGTH)?),
            event_labels: count(settings.get(events::MAXIMUM_LABELS_PER_RESOURCE)?),
            event_related: count(settings.get(events::MAXIMUM_RELATED_RESOURCES)?),
            backfill: settings.get(events::MAXIMUM_WEBSOCKET_BACKFILL)?,
            backfill_page: i64::from(settings.get(events::WEBSOCKET_BACKFILL_PAGE_SIZE)?.get()),
            graph: GraphLimits {
                nodes: i64::from(settings.get(keys::GRAPH_NODES)?.get()),
                artifacts: i64::from(settings.get(keys::GRAPH_ARTIFACTS)?.get()),
            },
            cache_key: count(settings.get(keys::CACHE_KEY_LENGTH)?),
            ..Self::default()
        })
    }
}
