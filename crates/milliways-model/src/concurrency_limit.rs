//! Concurrency limits: how many slots a name has, and who holds them.
//!
//! A limit on a tag is an ordinary limit named `tag:<tag>`. [`ConcurrencyLimit`] is the older shape of those:
//! the tag, and the task runs that hold its slots.

use serde::{Deserialize, Serialize};

use crate::ids::{ConcurrencyLimitId, LeaseId, TaskRunId, Uuid};
use crate::time::Timestamp;

/// What the name of a limit on a tag begins with.
pub const TAG_PREFIX: &str = "tag:";

/// A concurrency limit, with its statistics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConcurrencyLimitV2 {
    /// Its id.
    pub id: ConcurrencyLimitId,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it, or who holds its slots, last changed.
    pub updated: Option<Timestamp>,
    /// Whether it limits anything.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub active: bool,
    /// Unique in its workspace.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: String,
    /// How many slots it has.
    pub limit: i64,
    /// How many are taken.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = 0))]
    pub active_slots: i64,
    /// How many were asked for in vain lately.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = 0))]
    pub denied_slots: i64,
    /// How many slots come back by themselves each second; with 0 they are given back.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(default = 0))]
    pub slot_decay_per_second: f64,
    /// For how long slots are held, on average.
    #[serde(default = "usual_occupancy")]
    #[cfg_attr(feature = "openapi", schema(default = 2.0))]
    pub avg_slot_occupancy_seconds: f64,
}

fn yes() -> bool {
    true
}

fn usual_occupancy() -> f64 {
    USUAL_OCCUPANCY_SECONDS
}

/// For how long a slot is taken to be held before anything is known.
pub const USUAL_OCCUPANCY_SECONDS: f64 = 2.0;

/// The body that creates a limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConcurrencyLimitV2Create {
    /// Whether it limits anything.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub active: bool,
    /// None of `/ % & > <`.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: String,
    /// How many slots it has.
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub limit: i64,
    /// How many are taken from the beginning, by nobody in particular.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, default = 0))]
    pub active_slots: i64,
    /// How many were asked for in vain.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, default = 0))]
    pub denied_slots: i64,
    /// How many slots come back by themselves each second.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0.0, default = 0))]
    pub slot_decay_per_second: f64,
}

/// The body that changes a limit. What is absent or null stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ConcurrencyLimitV2Update {
    /// Whether it limits anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// None of `/ % & > <`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(pattern = r"^[^/%&><]+$"))]
    pub name: Option<String>,
    /// How many slots it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub limit: Option<i64>,
    /// How many are taken: those too many are taken from their holders, the oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub active_slots: Option<i64>,
    /// How many were asked for in vain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub denied_slots: Option<i64>,
    /// How many slots come back by themselves each second.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0.0))]
    pub slot_decay_per_second: Option<f64>,
}

/// A concurrency limit as it is read and listed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GlobalConcurrencyLimitResponse {
    /// Its id.
    pub id: ConcurrencyLimitId,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it, or who holds its slots, last changed.
    pub updated: Option<Timestamp>,
    /// Whether it limits anything.
    #[cfg_attr(feature = "openapi", schema(default = true))]
    #[serde(default = "yes")]
    pub active: bool,
    /// Unique in its workspace.
    pub name: String,
    /// How many slots it has.
    pub limit: i64,
    /// How many are taken now.
    pub active_slots: i64,
    /// How many slots come back by themselves each second.
    #[serde(default = "usual_occupancy")]
    #[cfg_attr(feature = "openapi", schema(default = 2.0))]
    pub slot_decay_per_second: f64,
}

/// A limit whose slots were taken or given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MinimalConcurrencyLimitResponse {
    /// Its id.
    pub id: ConcurrencyLimitId,
    /// Its name; the bare tag where it was asked for by tags.
    pub name: String,
    /// How many slots it has.
    pub limit: i64,
}

/// A lease on slots of limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConcurrencyLimitWithLeaseResponse {
    /// The lease: to be renewed before it ends, and given back.
    pub lease_id: LeaseId,
    /// The limits of those names; names without a limit are left out.
    pub limits: Vec<MinimalConcurrencyLimitResponse>,
}

/// What kind of object holds a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HolderType {
    /// A flow run.
    FlowRun,
    /// A task run.
    TaskRun,
    /// A deployment.
    Deployment,
}

impl HolderType {
    /// As it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FlowRun => "flow_run",
            Self::TaskRun => "task_run",
            Self::Deployment => "deployment",
        }
    }
}

/// Who holds a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConcurrencyLeaseHolder {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: HolderType,
    /// Its id.
    pub id: Uuid,
}

/// How slots are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SlotMode {
    /// They are held until they are given back.
    #[default]
    Concurrency,
    /// They come back by themselves; every limit has to say how fast.
    RateLimit,
}

/// A limit on a tag, in the older shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConcurrencyLimit {
    /// Its id.
    pub id: ConcurrencyLimitId,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it, or who holds its slots, last changed.
    pub updated: Option<Timestamp>,
    /// The tag.
    pub tag: String,
    /// How many task runs with this tag run at the same time.
    pub concurrency_limit: i64,
    /// Those that do.
    #[serde(default)]
    pub active_slots: Vec<TaskRunId>,
}

/// The body that creates or changes a limit on a tag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConcurrencyLimitCreate {
    /// The tag.
    pub tag: String,
    /// How many task runs with this tag run at the same time.
    pub concurrency_limit: i64,
}
