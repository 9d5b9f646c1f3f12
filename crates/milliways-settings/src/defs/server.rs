//! Where the server listens and who may call it.

use std::time::Duration;

use crate::declare::settings;
use crate::{LogFormat, LogLevel, Secret, Words};

settings! {
    /// Address that the server listens on. Any but a loopback address asks for `server.api.auth_string`.
    API_HOST: String = "server.api.host", default "127.0.0.1";

    /// Port that the server listens on; 0 takes a free one.
    API_PORT: u16 = "server.api.port", default "4200";

    /// `user:password` that every request has to carry. Unset: no one is asked, which is allowed on loopback only.
    API_AUTH_STRING: Option<Secret> = "server.api.auth_string";

    /// Path below which a proxy in front of the server makes it appear, such as `/milliways`.
    API_BASE_PATH: Option<String> = "server.api.base_path";

    /// How long a connection stays open between two requests, `server.limits.header_timeout` at most.
    API_KEEPALIVE_TIMEOUT: Duration = "server.api.keepalive_timeout", default "5s";

    /// Ask for a CSRF token with every request that changes something.
    API_CSRF_PROTECTION_ENABLED: bool = "server.api.csrf_protection_enabled", default "false",
        also ["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"];

    /// How long a CSRF token is good for.
    API_CSRF_TOKEN_EXPIRATION: Duration = "server.api.csrf_token_expiration", default "1h",
        also ["PREFECT_SERVER_CSRF_TOKEN_EXPIRATION"];

    /// Origins whose pages may call the API. Unset: only the server's own page.
    API_CORS_ALLOWED_ORIGINS: Option<Words> = "server.api.cors_allowed_origins",
        also ["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"];

    /// Methods that pages of other origins may use. Unset or `*`: all that the API has.
    API_CORS_ALLOWED_METHODS: Option<Words> = "server.api.cors_allowed_methods",
        also ["PREFECT_SERVER_CORS_ALLOWED_METHODS"];

    /// Headers that pages of other origins may send. Unset or `*`: any.
    API_CORS_ALLOWED_HEADERS: Option<Words> = "server.api.cors_allowed_headers",
        also ["PREFECT_SERVER_CORS_ALLOWED_HEADERS"];

    /// How often an open WebSocket is asked whether it still lives.
    API_WEBSOCKET_PING_INTERVAL: Duration = "server.api.websocket_ping_interval", default "20s";

    /// How long a WebSocket has to answer before it is closed.
    API_WEBSOCKET_PING_TIMEOUT: Duration = "server.api.websocket_ping_timeout", default "20s";

    /// How long requests under way may take to end once the server was asked to stop.
    SHUTDOWN_TIMEOUT: Duration = ours "server.shutdown_timeout", default "20s";

    /// Least level that the server logs.
    LOGGING_LEVEL: LogLevel = "server.logging_level", default "WARNING",
        also ["PREFECT_LOGGING_SERVER_LEVEL"];

    /// How the server's log is written: `text`, `json`, or `auto` for text on a terminal and JSON elsewhere.
    LOG_FORMAT: LogFormat = ours "server.log_format", default "auto";
}
