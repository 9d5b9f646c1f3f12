//! Problem documents (RFC 9457): what was wrong, where, and what to do next.

use serde::{Deserialize, Serialize};

/// The media type that a client names in `Accept` to be told of errors by a [`Problem`]. Without it an answer has
/// only the keys that Prefect's server gives, because some of its clients compare the whole.
pub const PROBLEM_TYPE: &str = "application/problem+json";

/// An error as the API tells of it.
///
/// `detail` carries the text that Prefect's clients look for; the rest is ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// A stable word for programs, such as `journal_gap`.
    pub code: String,
    /// What happened, for people.
    pub detail: String,
    /// Where in the request, such as `body.state.type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Names the request in the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}
