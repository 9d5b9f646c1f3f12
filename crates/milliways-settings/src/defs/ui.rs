//! The web page.

use crate::HttpUrl;
use crate::declare::settings;

settings! {
    /// Serve the web page beside the API.
    ENABLED: bool = "server.ui.enabled", default "true", also ["PREFECT_UI_ENABLED"];

    /// Path of the page.
    SERVE_BASE: String = "server.ui.serve_base", default "/", also ["PREFECT_UI_SERVE_BASE"];

    /// Address at which the page finds the API. Unset: the one that served the page.
    API_URL: Option<HttpUrl> = "server.ui.api_url", also ["PREFECT_UI_API_URL"];

    /// Folder to serve the page from instead of the one inside the program.
    STATIC_DIRECTORY: Option<String> = "server.ui.static_directory",
        also ["PREFECT_UI_STATIC_DIRECTORY"];
}
