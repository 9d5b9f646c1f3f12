//! Bodies about concurrency limits, their slots and leases.

use milliways_model::concurrency_limit::{ConcurrencyLeaseHolder, SlotMode};
use milliways_model::{LeaseId, TaskRunId};
use serde::Deserialize;
use utoipa::ToSchema;

/// Which part of all limits.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_all_concurrency_limits_v2_v2_concurrency_limits_filter_post)]
pub(crate) struct ReadConcurrencyLimits {
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Slots to take.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_bulk_increment_active_slots_v2_concurrency_limits_increment_post)]
pub(crate) struct TakeSlots {
    /// How many of each limit.
    #[schema(exclusive_minimum = 0)]
    pub(crate) slots: i64,
    /// The limits, by name. Names without a limit are passed over.
    #[schema(min_items = 1)]
    pub(crate) names: Vec<String>,
    /// Whether they are held or come back by themselves.
    #[serde(default, deserialize_with = "super::null_is_default")]
    #[schema(default = SlotMode::default)]
    pub(crate) mode: SlotMode,
    /// Ignored: limits are created before slots are taken.
    #[serde(default)]
    #[deprecated]
    #[expect(dead_code, reason = "taken and ignored")]
    create_if_missing: Option<bool>,
}

/// Slots to take by a lease.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_bulk_increment_active_slots_with_lease_v2_concurrency_limits_increment_with_lease_post)]
pub(crate) struct LeaseSlots {
    /// How many of each limit.
    #[schema(exclusive_minimum = 0)]
    pub(crate) slots: i64,
    /// The limits, by name. Names without a limit are passed over.
    #[schema(min_items = 1)]
    pub(crate) names: Vec<String>,
    /// Whether they are held or come back by themselves.
    #[serde(default, deserialize_with = "super::null_is_default")]
    #[schema(default = SlotMode::default)]
    pub(crate) mode: SlotMode,
    /// How long the lease is unless it is renewed, in seconds.
    #[serde(default)]
    #[schema(value_type = f64, required = false, minimum = 60.0, maximum = 86400.0, default = 300)]
    pub(crate) lease_duration: Option<f64>,
    /// Who holds it.
    #[serde(default)]
    pub(crate) holder: Option<ConcurrencyLeaseHolder>,
}

/// Slots to give back.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_bulk_decrement_active_slots_v2_concurrency_limits_decrement_post)]
pub(crate) struct GiveBackSlots {
    /// How many of each limit.
    #[schema(exclusive_minimum = 0)]
    pub(crate) slots: i64,
    /// The limits, by name.
    #[schema(min_items = 1)]
    pub(crate) names: Vec<String>,
    /// For how long they were held.
    #[serde(default)]
    #[schema(exclusive_minimum = 0.0)]
    pub(crate) occupancy_seconds: Option<f64>,
    /// Ignored.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    #[deprecated]
    #[expect(dead_code, reason = "taken and ignored")]
    create_if_missing: Option<bool>,
}

/// A lease to end.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_bulk_decrement_active_slots_with_lease_v2_concurrency_limits_decrement_with_lease_post)]
pub(crate) struct EndLease {
    /// The lease.
    pub(crate) lease_id: LeaseId,
}

/// How a lease is renewed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_renew_concurrency_lease_v2_concurrency_limits_leases__lease_id__renew_post)]
pub(crate) struct RenewLease {
    /// How long it is from now on, in seconds.
    #[schema(value_type = f64, required = false, minimum = 60.0, maximum = 86400.0, default = 300)]
    pub(crate) lease_duration: Option<f64>,
}

/// Which part of the limits on tags.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_read_concurrency_limits_concurrency_limits_filter_post)]
pub(crate) struct ReadTagLimits {
    /// How many to skip.
    #[schema(minimum = 0, default = 0)]
    #[serde(deserialize_with = "super::null_is_default")]
    pub(crate) offset: i64,
    /// How many at most; the server's page size unless given.
    #[schema(value_type = i64, required = false)]
    pub(crate) limit: Option<i64>,
}

/// Who holds a tag's slots from now on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = Body_reset_concurrency_limit_by_tag_concurrency_limits_tag__tag__reset_post)]
pub(crate) struct ResetTagLimit {
    /// These task runs; nobody unless given.
    pub(crate) slot_override: Option<Vec<TaskRunId>>,
}

/// Slots that a task run takes for its tags.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_increment_concurrency_limits_v1_concurrency_limits_increment_post)]
pub(crate) struct TakeTagSlots {
    /// The tags. Those without a limit are passed over.
    pub(crate) names: Vec<String>,
    /// The task run.
    pub(crate) task_run_id: TaskRunId,
}

/// Slots that a task run gives back.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_decrement_concurrency_limits_v1_concurrency_limits_decrement_post)]
pub(crate) struct GiveBackTagSlots {
    /// The tags.
    pub(crate) names: Vec<String>,
    /// The task run.
    pub(crate) task_run_id: TaskRunId,
}
