//! Fields of a body that changes something, where null is a value: absent leaves it, null clears it.

use serde::{Deserialize, Deserializer};

/// Reads a field that is there, null or not. With `#[serde(default)]` an absent one stays `None`.
///
/// ```ignore
/// #[serde(default, deserialize_with = "crate::patch::given", skip_serializing_if = "Option::is_none")]
/// pub concurrency_limit: Option<Option<i64>>,
/// ```
pub fn given<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Reads a field whose value may be null itself. With `#[serde(default)]` an absent one stays `None`.
pub fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
