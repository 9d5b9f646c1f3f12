//! Ids: a newtype over UUID for each kind of object, so that one can't be passed for another.
//!
//! Making one needs time and random bits, which are arguments; [`uuid7_now`] is the convenience for edges.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
pub use uuid::Uuid;

use crate::time::Timestamp;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                uuid_schema()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )*};
}

ids! {
    /// Whose data it is: every row belongs to a workspace.
    WorkspaceId,
    /// A flow: a name under which runs gather.
    FlowId,
    /// One run of a flow.
    FlowRunId,
    /// One run of a task.
    TaskRunId,
    /// A state that a run was in; also the id of the event that tells of it.
    StateId,
    /// An event.
    EventId,
    /// A log line.
    LogId,
    /// A deployment of a flow.
    DeploymentId,
    /// A schedule of a deployment.
    DeploymentScheduleId,
    /// A work pool.
    WorkPoolId,
    /// A queue of a work pool.
    WorkQueueId,
    /// A worker.
    WorkerId,
    /// A concurrency limit.
    ConcurrencyLimitId,
    /// A concurrency lease: the right to hold slots until it ends.
    LeaseId,
    /// A block document.
    BlockDocumentId,
    /// An artifact.
    ArtifactId,
    /// The artifacts of one key.
    ArtifactCollectionId,
    /// A variable.
    VariableId,
    /// A saved search.
    SavedSearchId,
    /// A block type.
    BlockTypeId,
    /// A block schema.
    BlockSchemaId,
    /// An automation.
    AutomationId,
    /// A trigger of an automation.
    TriggerId,
}

impl Default for TriggerId {
    /// None yet: the server makes it.
    fn default() -> Self {
        Self(Uuid::nil())
    }
}

impl WorkspaceId {
    /// The workspace behind `/api/…`; it exists from the first migration on.
    pub const DEFAULT: Self = Self(Uuid::from_u128(0x6d69_6c6c_6977_6179_7364_6566_6175_6c74));
}

/// A UUID of version 7 (RFC 9562) from a moment and 74 random bits.
pub fn uuid7(now: Timestamp, random: u128) -> Uuid {
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
    let bytes = random.to_be_bytes();
    let mut tail = [0; 10];
    tail.copy_from_slice(&bytes[..10]);
    uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}

/// A UUID of version 7 from the machine's clock and randomness; ids made in one process are ascending.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where edges take ids from the machine"
)]
pub fn uuid7_now() -> Uuid {
    Uuid::now_v7()
}

#[cfg(feature = "openapi")]
fn uuid_schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, schema::Type};
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .into()
}

/// 128 random bits from the machine.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where edges take random bits from the machine"
)]
pub fn random_bits() -> u128 {
    // A version 4 UUID has 122 random bits; the six fixed ones are taken from a second one.
    let (bits, more) = (Uuid::new_v4().as_u128(), Uuid::new_v4().as_u128());
    bits ^ more.rotate_left(64)
}
