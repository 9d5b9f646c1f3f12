//! Schedules as they are written on the wire: three shapes told apart by their keys.
//!
//! What they mean, when they fire, is of `milliways-schedule`.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::time::Timestamp;

/// When a deployment runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Schedule {
    /// Every so often.
    #[cfg_attr(feature = "openapi", schema(title = "interval"))]
    Interval(IntervalSchedule),
    /// By a cron pattern.
    #[cfg_attr(feature = "openapi", schema(title = "cron"))]
    Cron(CronSchedule),
    /// By a recurrence rule of iCalendar.
    #[cfg_attr(feature = "openapi", schema(title = "rrule"))]
    RRule(RRuleSchedule),
}

impl Schedule {
    /// What runs that it makes name as their maker, where it has no slug.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Interval(_) => "IntervalSchedule",
            Self::Cron(_) => "CronSchedule",
            Self::RRule(_) => "RRuleSchedule",
        }
    }
}

/// Every so often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct IntervalSchedule {
    /// In seconds, above 0; read from a duration of ISO 8601 as well.
    #[serde(deserialize_with = "seconds")]
    #[cfg_attr(feature = "openapi", schema(exclusive_minimum = 0))]
    pub interval: f64,
    /// A moment at which it fires; that of its making unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Timestamp, required = false))]
    pub anchor_date: Option<Timestamp>,
    /// The zone whose days it follows; UTC unless given.
    #[serde(default)]
    pub timezone: Option<String>,
}

/// By a cron pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CronSchedule {
    /// The pattern, such as `0 9 * * mon-fri`.
    pub cron: String,
    /// The zone whose clock it reads; UTC unless given.
    #[serde(default)]
    pub timezone: Option<String>,
    /// Whether a day has to fit one of day of month and day of week (true) or both (false), where both are given.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub day_or: bool,
}

/// By a recurrence rule of iCalendar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RRuleSchedule {
    /// The rule, or several lines of rules and dates.
    pub rrule: String,
    /// The zone whose clock it reads.
    #[serde(default = "utc")]
    #[cfg_attr(feature = "openapi", schema(default = "UTC"))]
    pub timezone: Option<String>,
}

fn yes() -> bool {
    true
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the default of a field that may be null"
)]
fn utc() -> Option<String> {
    Some("UTC".to_owned())
}

/// Seconds, or a duration of ISO 8601 such as `PT5M`.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    struct Read;
    impl Visitor<'_> for Read {
        type Value = f64;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("seconds, or a duration of ISO 8601")
        }
        #[expect(clippy::cast_precision_loss, reason = "such lengths are refused later")]
        fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<f64, E> {
            Ok(seconds as f64)
        }
        #[expect(clippy::cast_precision_loss, reason = "such lengths are refused later")]
        fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<f64, E> {
            Ok(seconds as f64)
        }
        fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<f64, E> {
            Ok(seconds)
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<f64, E> {
            if let Ok(seconds) = text.parse::<f64>() {
                return Ok(seconds);
            }
            let span: jiff::Span = text.parse().map_err(|_| E::custom("not a duration"))?;
            // Days and weeks have 24 hours and 7 days; months and years have no one length.
            let length = span
                .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
                .map_err(|_| E::custom("a duration in months or years has no one length"))?;
            Ok(length.as_secs_f64())
        }
    }
    deserializer.deserialize_any(Read)
}
