//! `/admin`.

use hyper::Method;

use crate::{Client, Request, Result};

impl Client {
    /// The version of the server.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn server_version(&self) -> Result<String> {
        self.get("/admin/version").await
    }

    /// The settings of the server, as it shows them.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn server_settings(&self) -> Result<serde_json::Value> {
        self.get("/admin/settings").await
    }

    /// Asks the local server behind this socket to end.
    ///
    /// # Errors
    /// When the request fails; other servers refuse it.
    pub async fn stop_local_server(&self) -> Result<()> {
        self.tell(Request::new(Method::POST, "/admin/local/stop").repeatable())
            .await
    }
}
