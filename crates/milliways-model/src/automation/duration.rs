//! Spans of time as automations spell them: a number of seconds, or the text of ISO 8601.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Seconds. On the wire a number; reading takes `PT5M` and `P1DT2H`, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

/// No span that anybody means is longer: a hundred years.
const MOST: f64 = 100.0 * 366.0 * 86_400.0;

impl Seconds {
    fn read(text: &str) -> Option<Self> {
        if let Ok(seconds) = text.parse::<f64>() {
            return Some(Self(seconds));
        }
        let span: jiff::Span = text.parse().ok()?;
        let total = span
            .total(jiff::SpanTotal::from(jiff::Unit::Second).days_are_24_hours())
            .ok()?;
        Some(Self(total))
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Seconds;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number of seconds, or a duration such as PT5M")
            }
            fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Seconds, E> {
                if seconds.abs() <= MOST {
                    Ok(Seconds(seconds))
                } else {
                    Err(E::custom("the duration is too long"))
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "too long ones are refused")]
            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Seconds, E> {
                self.visit_f64(seconds as f64)
            }
            #[expect(clippy::cast_precision_loss, reason = "too long ones are refused")]
            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Seconds, E> {
                self.visit_f64(seconds as f64)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Seconds, E> {
                let read = Seconds::read(text)
                    .ok_or_else(|| E::custom("Input should be a valid timedelta"))?;
                self.visit_f64(read.0)
            }
        }
        deserializer.deserialize_any(Read)
    }
}

#[cfg(feature = "openapi")]
mod schema {
    use utoipa::openapi::schema::{AnyOfBuilder, KnownFormat, ObjectBuilder, Schema, Type};
    use utoipa::openapi::{RefOr, SchemaFormat};

    impl utoipa::PartialSchema for super::Seconds {
        fn schema() -> RefOr<Schema> {
            let number = ObjectBuilder::new().schema_type(Type::Number);
            let text = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Duration)));
            AnyOfBuilder::new().item(number).item(text).into()
        }
    }
    impl utoipa::ToSchema for super::Seconds {}
}
