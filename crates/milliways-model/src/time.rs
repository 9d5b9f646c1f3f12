//! One time type for the wire and the store: microseconds since the Unix epoch, UTC.
//!
//! Prefect's API carries microseconds; an `i64` of them is what both databases sort and index. Reading the
//! clock is not in here but for [`Clock`], which the edges hand to deciding code as an argument.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// A moment in UTC with microsecond precision, between the years 0001 and 9999.
///
/// On the wire: RFC 3339 with six digits and `Z`, such as `2026-11-21T04:12:32.000000Z`. Reading accepts
/// any offset, a missing offset (taken as UTC, as Prefect does), and Unix seconds as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is no time, or one outside the years 0001 to 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time: {0}")]
pub struct InvalidTime(pub String);

impl Timestamp {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-30T22:00:00Z, the last moment that is in the year 9999 in every zone.
    pub const MAX: Self = Self(253_402_207_200_000_000);

    /// From microseconds since the epoch; clamped to the years 0001 to 9999.
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// From seconds since the epoch; clamped like [`Timestamp::from_micros`]. NaN becomes the epoch.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "float to int casts saturate, then clamp"
    )]
    pub fn from_seconds(seconds: f64) -> Self {
        Self::from_micros((seconds * 1e6).round() as i64)
    }

    /// From microseconds since the epoch, where they are in the years 0001 to 9999.
    fn in_range(micros: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0)
            .contains(&micros)
            .then_some(Self(micros))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch.
    #[expect(
        clippy::cast_precision_loss,
        reason = "52 bits hold microseconds until the year 2112"
    )]
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Seconds from `earlier` to `self`, negative when `self` is the earlier one.
    #[expect(clippy::cast_precision_loss, reason = "differences are small")]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / 1e6
    }

    /// `self` moved by `seconds`, which may be negative; clamped.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "float to int casts saturate, then clamp"
    )]
    #[must_use]
    pub fn plus_seconds(self, seconds: f64) -> Self {
        Self::from_micros(self.0.saturating_add((seconds * 1e6).round() as i64))
    }

    fn write(self, out: &mut [u8; 27]) {
        // Civil date from days, after Howard Hinnant's `civil_from_days` (public domain).
        let days = self.0.div_euclid(86_400 * MICROS_PER_SECOND);
        let mut rest = self.0.rem_euclid(86_400 * MICROS_PER_SECOND);
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);

        let micros = rest % MICROS_PER_SECOND;
        rest /= MICROS_PER_SECOND;
        *out = *b"0000-00-00T00:00:00.000000Z";
        digits(&mut out[0..4], year);
        digits(&mut out[5..7], month);
        digits(&mut out[8..10], day);
        digits(&mut out[11..13], rest / 3_600);
        digits(&mut out[14..16], rest / 60 % 60);
        digits(&mut out[17..19], rest % 60);
        digits(&mut out[20..26], micros);
    }
}

fn digits(out: &mut [u8], mut value: i64) {
    for slot in out.iter_mut().rev() {
        *slot = b'0' + u8::try_from(value.rem_euclid(10)).unwrap_or(0);
        value /= 10;
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 27];
        self.write(&mut text);
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let invalid = || InvalidTime(text.chars().take(64).collect());
        if let Ok(moment) = text.parse::<jiff::Timestamp>() {
            return Ok(Self::from_micros(moment.as_microsecond()));
        }
        // A date and time without an offset, or a bare date: UTC.
        let civil: jiff::civil::DateTime = text.parse().map_err(|_| invalid())?;
        let moment = civil
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_err(|_| invalid())?;
        Ok(Self::from_micros(moment.timestamp().as_microsecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; 27];
        self.write(&mut text);
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time such as 2026-11-21T04:12:32.000000Z")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Timestamp, E> {
                let micros = seconds.checked_mul(MICROS_PER_SECOND);
                micros
                    .and_then(Timestamp::in_range)
                    .ok_or_else(|| E::custom(InvalidTime(format!("{seconds} seconds since 1970"))))
            }
            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Timestamp, E> {
                self.visit_i64(i64::try_from(seconds).unwrap_or(i64::MAX))
            }
            fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Timestamp, E> {
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "float to int casts saturate"
                )]
                let micros = (seconds * 1e6).round() as i64;
                let moment = Timestamp::in_range(micros).filter(|_| seconds.is_finite());
                moment
                    .ok_or_else(|| E::custom(InvalidTime(format!("{seconds} seconds since 1970"))))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Timestamp {}

/// Where an edge takes the time from, so that tests can hold it still.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::EPOCH + since
    }
}
