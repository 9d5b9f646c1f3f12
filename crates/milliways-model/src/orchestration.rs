//! The answer to a proposed state.

use serde::{Deserialize, Serialize};

use crate::state::State;

/// What became of a proposed state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum SetStateStatus {
    /// It was written.
    Accept,
    /// Another state was written, or none.
    Reject,
    /// Nothing was written, and it must not be proposed again.
    Abort,
    /// Nothing was written; propose it again later.
    Wait,
}

/// Why, in the shape that belongs to the status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type")]
pub enum SetStateDetails {
    /// With ACCEPT.
    #[serde(rename = "accept_details")]
    Accept {},
    /// With REJECT.
    #[serde(rename = "reject_details")]
    Reject {
        /// For people.
        reason: Option<String>,
    },
    /// With ABORT.
    #[serde(rename = "abort_details")]
    Abort {
        /// For people.
        reason: Option<String>,
    },
    /// With WAIT.
    #[serde(rename = "wait_details")]
    Wait {
        /// When to propose it again.
        delay_seconds: i64,
        /// For people.
        reason: Option<String>,
    },
}

/// The answer to a proposed state. Always 2xx: 201 where a state was written, else 200.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrchestrationResult {
    /// The run's state now.
    pub state: Option<State>,
    /// What became of the proposed one.
    pub status: SetStateStatus,
    /// Why.
    pub details: SetStateDetails,
}
