//! Workers: processes that take runs of a pool and start them.

use serde::{Deserialize, Serialize};

use crate::ids::{WorkPoolId, WorkerId};
use crate::time::Timestamp;

/// Whether a worker was heard of in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum WorkerStatus {
    /// It was.
    Online,
    /// It was not.
    #[default]
    Offline,
}

impl WorkerStatus {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "ONLINE",
            Self::Offline => "OFFLINE",
        }
    }

    /// The status of that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Online, Self::Offline]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// A worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = WorkerResponse))]
pub struct Worker {
    /// Its id.
    pub id: WorkerId,
    /// When it was first heard of.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
    /// Unique in its pool.
    pub name: String,
    /// Its pool.
    pub work_pool_id: WorkPoolId,
    /// When it was last heard of.
    #[serde(default)]
    pub last_heartbeat_time: Option<Timestamp>,
    /// How often it says that it lives, in seconds.
    #[serde(default)]
    pub heartbeat_interval_seconds: Option<i64>,
    /// Whether it was heard of in time.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = "OFFLINE", required = false))]
    pub status: WorkerStatus,
}
