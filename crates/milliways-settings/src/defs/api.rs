//! How a client finds the API and proves who it is.

use std::path::PathBuf;
use std::time::Duration;

use crate::declare::settings;
use crate::{HttpUrl, Secret};

settings! {
    /// Address of the API, such as `http://127.0.0.1:4200/api`. Unset: the local server of the home folder is used, and started where none is running.
    URL: Option<HttpUrl> = "api.url";

    /// API key, sent as a bearer token.
    KEY: Option<Secret> = "api.key";

    /// `user:password` for a server that asks for one.
    AUTH_STRING: Option<Secret> = "api.auth_string";

    /// How long one request may take.
    REQUEST_TIMEOUT: Duration = "api.request_timeout", default "60s";

    /// File of the certificates to trust. Unset: those of the operating system.
    SSL_CERT_FILE: Option<PathBuf> = "api.ssl_cert_file";

    /// Do not check the server's certificate. For trials only: anyone on the way can read and change what is sent.
    TLS_INSECURE_SKIP_VERIFY: bool = "api.tls_insecure_skip_verify", default "false";

    /// Find or start a local server where `api.url` is unset.
    LOCAL_SERVER: bool = "server.ephemeral.enabled", default "true",
        also ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"];

    /// How long to wait for a local server to answer after it was started.
    LOCAL_SERVER_STARTUP_TIMEOUT: Duration =
        "server.ephemeral.startup_timeout_seconds", default "20s";

    /// How long a local server waits without a client before it ends.
    LOCAL_SERVER_IDLE_TIMEOUT: Duration = ours "server.ephemeral.idle_timeout", default "60s";

    /// Address of the web page, where it is not the one that the API's address gives.
    UI_URL: Option<HttpUrl> = "ui_url";
}
