//! Bodies about automations.

use milliways_model::filter::AutomationFilter;
use milliways_model::sort::AutomationSort;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which automations, and which part of them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_automations_automations_filter_post)]
pub(crate) struct ReadAutomations {
    /// In which order.
    #[schema(default = AutomationSort::default)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) sort: AutomationSort,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// Which automations.
    pub(crate) automations: Option<AutomationFilter>,
}

/// Which automations are counted.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_count_automations_automations_count_post)]
pub(crate) struct CountAutomations {
    /// Which automations.
    pub(crate) automations: Option<AutomationFilter>,
}
