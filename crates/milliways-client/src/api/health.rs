//! `/health`, `/ready` and `/version`.

use hyper::Method;

use crate::{Client, Request, Result};

impl Client {
    /// Whether the server answers, asked once.
    pub async fn is_healthy(&self) -> bool {
        let answer = self.send_once(&Request::new(Method::GET, "/health")).await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// Whether the server has its database, asked once.
    pub async fn is_ready(&self) -> bool {
        let answer = self.send_once(&Request::new(Method::GET, "/ready")).await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    /// The version of the API that the server speaks, such as `0.8.4`.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn api_version(&self) -> Result<String> {
        self.get("/version").await
    }
}
