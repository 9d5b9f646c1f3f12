//! Bodies about log lines and events, and small answers.

use milliways_model::event::TimeUnit;
use milliways_model::filter::{EventFilter, LogFilter};
use milliways_model::sort::LogSort;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which log lines, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_logs_logs_filter_post)]
pub(crate) struct ReadLogs {
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// Which lines.
    pub(crate) logs: Option<LogFilter>,
    /// In which order.
    #[schema(default = LogSort::default)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) sort: LogSort,
}

/// Which events.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_events_events_filter_post)]
pub(crate) struct ReadEvents {
    /// Which events; all of the last 180 days unless given.
    pub(crate) filter: Option<EventFilter>,
    /// How many at most.
    #[schema(value_type = i64, required = false, minimum = 0, maximum = 50, default = 50)]
    pub(crate) limit: Option<i64>,
}

/// Which events are counted, and in which parts of time.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_count_account_events_events_count_by__countable__post)]
pub(crate) struct CountEvents {
    /// Which events.
    pub(crate) filter: EventFilter,
    /// The unit of the parts.
    #[serde(default, deserialize_with = "super::null_is_default")]
    #[schema(default = TimeUnit::default)]
    pub(crate) time_unit: TimeUnit,
    /// How many units a part is long.
    #[serde(default)]
    #[schema(value_type = f64, required = false, minimum = 0.01, default = 1.0)]
    pub(crate) time_interval: Option<f64>,
}

/// A short answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// The answer.
    pub(crate) message: &'static str,
}

/// Where results are stored unless a flow says otherwise.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServerDefaultResultStorage {
    /// The block document's id.
    pub(crate) default_result_storage_block_id: Option<milliways_model::BlockDocumentId>,
}

/// Where results are stored from now on unless a flow says otherwise.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ServerDefaultResultStorageUpdate {
    /// The block document's id.
    pub(crate) default_result_storage_block_id: milliways_model::BlockDocumentId,
}
