//! JSON that nobody here looks into: kept as the text it came as.
//!
//! Parameters, labels and state data are opaque to the server. Keeping the text costs no parsing, keeps the
//! order of keys and every digit of a number.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Any JSON value, unparsed. Inside serde's tagged or flattened types it can't be read: use
/// externally tagged enums.
#[derive(Clone)]
pub struct Json(Box<RawValue>);

impl Json {
    /// From text that is JSON already.
    pub fn from_text(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Self)
    }

    /// From anything that serialises.
    pub fn from_value<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// The text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Parses the text.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.0.get())
    }

    /// Parses the text to a tree; null where it is not JSON, which the constructors rule out.
    pub fn to_value(&self) -> serde_json::Value {
        self.parse().unwrap_or_default()
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.get() == "null"
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get() || self.to_value() == other.to_value()
    }
}
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}

/// A JSON object, unparsed.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct JsonObject(Json);

impl JsonObject {
    /// From text; fails when it is not an object.
    pub fn from_text(text: String) -> Result<Self, serde_json::Error> {
        let json = Json::from_text(text)?;
        if json.get().starts_with('{') {
            Ok(Self(json))
        } else {
            Err(serde_json::Error::custom("not an object"))
        }
    }

    /// From a map.
    pub fn from_map(map: &serde_json::Map<String, serde_json::Value>) -> Self {
        Json::from_value(map).map(Self).unwrap_or_default()
    }

    /// The text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Parses the text.
    pub fn to_map(&self) -> serde_json::Map<String, serde_json::Value> {
        self.0.parse().unwrap_or_default()
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.get()
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .eq(*b"{}")
    }
}

impl From<JsonObject> for Json {
    fn from(object: JsonObject) -> Self {
        object.0
    }
}
impl Default for JsonObject {
    fn default() -> Self {
        Self(Json(
            serde_json::value::to_raw_value(&serde_json::Map::new()).unwrap_or_default(),
        ))
    }
}
impl fmt::Debug for JsonObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.get())
    }
}
impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        if json.get().starts_with('{') {
            Ok(Self(json))
        } else {
            Err(D::Error::custom("input should be a valid object"))
        }
    }
}

#[cfg(feature = "openapi")]
mod schema {
    use utoipa::openapi::RefOr;
    use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema, SchemaType, Type};

    impl utoipa::PartialSchema for super::Json {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(SchemaType::AnyValue)
                .into()
        }
    }
    impl utoipa::ToSchema for super::Json {}

    impl utoipa::PartialSchema for super::JsonObject {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::Object)
                .additional_properties(Some(AdditionalProperties::FreeForm(true)))
                .into()
        }
    }
    impl utoipa::ToSchema for super::JsonObject {}
}
