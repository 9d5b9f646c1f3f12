//! The web page.

use crate::declare::settings;

settings! {
    /// Serve the web page beside the API.
    ENABLED: bool = "server.ui.enabled", default "true", also ["PREFECT_UI_ENABLED"];
}
