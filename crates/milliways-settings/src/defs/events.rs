//! How large events may be, and how they are streamed and kept.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::ByteSize;
use crate::declare::settings;

settings! {
    /// Largest event.
    MAXIMUM_SIZE: ByteSize = "server.events.maximum_size_bytes", default "1500000",
        also ["PREFECT_EVENTS_MAXIMUM_SIZE_BYTES"];

    /// Most labels of one resource of an event.
    MAXIMUM_LABELS_PER_RESOURCE: NonZeroU32 =
        "server.events.maximum_labels_per_resource", default "500",
        also ["PREFECT_EVENTS_MAXIMUM_LABELS_PER_RESOURCE"];

    /// Most resources that an event is related to.
    MAXIMUM_RELATED_RESOURCES: NonZeroU32 =
        "server.events.maximum_related_resources", default "100",
        also ["PREFECT_EVENTS_MAXIMUM_RELATED_RESOURCES"];

    /// Longest name of an event.
    MAXIMUM_NAME_LENGTH: NonZeroU32 = "server.events.maximum_event_name_length", default "1024";

    /// How far back a new subscriber can look.
    MAXIMUM_WEBSOCKET_BACKFILL: Duration =
        "server.events.maximum_websocket_backfill", default "15m",
        also ["PREFECT_EVENTS_MAXIMUM_WEBSOCKET_BACKFILL"];

    /// Most events of one page of what a new subscriber is told about the past.
    WEBSOCKET_BACKFILL_PAGE_SIZE: NonZeroU32 =
        "server.events.websocket_backfill_page_size", default "250",
        also ["PREFECT_EVENTS_WEBSOCKET_BACKFILL_PAGE_SIZE"];

    /// Stream events to subscribers as they come. Without it a subscriber is told of the past only.
    STREAM_OUT_ENABLED: bool = "server.events.stream_out_enabled", default "true",
        also ["PREFECT_API_EVENTS_STREAM_OUT_ENABLED"];

    /// Stream log lines to subscribers as they come.
    LOGS_STREAM_OUT_ENABLED: bool = "server.logs.stream_out_enabled", default "true";

    /// How long events are kept.
    RETENTION_PERIOD: Duration = "server.events.retention_period", default "7d",
        also ["PREFECT_EVENTS_RETENTION_PERIOD"];
}
