//! Where the next page of events is, as text that clients hand back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use milliways_model::filter::EventFilter;
use serde::{Deserialize, Serialize};

use super::{Position, Total};

/// The list, and where it goes on. It grants nothing: whose events they are is told by the path.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) filter: EventFilter,
    pub(crate) limit: i64,
    pub(crate) position: Position,
    pub(crate) total: Total,
}

impl Token {
    /// As text for a query parameter.
    pub(crate) fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// From text; none where it is not one of ours.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let token: Self = serde_json::from_slice(&bytes).ok()?;
        let is_sound = (1..=50).contains(&token.limit) && token.total.count >= 0;
        is_sound.then_some(token)
    }
}
