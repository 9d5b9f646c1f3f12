//! What can be asked and done within one workspace. One file for each resource.

mod artifacts;
mod attempts;
mod automations;
mod block_documents;
mod block_schemas;
mod block_types;
mod cleanups;
mod concurrency_limits;
mod deployments;
mod event_ends;
mod events;
mod flow_run_inputs;
mod flow_runs;
mod flows;
mod graph;
mod handout;
mod history;
mod import;
mod logs;
mod next_runs;
mod observed_states;
mod result_storage;
mod saved_searches;
mod slots;
mod tag_limits;
mod task_queue;
mod task_runs;
mod variables;
mod work_pools;
mod work_queues;
mod worker_channel;
mod workers;

use std::sync::Arc;

use milliways_model::flow_run::CreatedBy;
use milliways_model::{Timestamp, Uuid, WorkspaceId};
use milliways_orchestration::{Client, RunId};

pub(crate) use artifacts::store as store_artifact;
pub use attempts::Claimed;
pub(crate) use cleanups::message_id;
pub use cleanups::{CleanupOutcome, CleanupPolicy};
pub use concurrency_limits::{LeaseRequest, LimitKey, SlotRequest, Slots};
pub use events::{EventPageAt, EventPosition, EventRows};
pub use flow_run_inputs::{NewInput, Resumption};
pub use graph::GraphLimits;
pub use handout::Poll;
pub use history::Span;
pub use import::WholeFlowRun;
pub use tag_limits::{TagLimitKey, TagSlots};
pub(crate) use variables::MOST_VALUES;
pub use variables::VariableKey;
pub use work_queues::{QueueFound, QueueName};
pub use worker_channel::Admission;

pub(crate) use flow_runs::{begin as begin_flow_run, check_block, check_references};

use crate::db::{Conn, Lanes, Tx};
use crate::error::StoreError;
use crate::store::Store;
use crate::transition::Wanted;

/// A workspace of a store.
#[derive(Clone)]
pub struct Scope {
    store: Store,
    id: WorkspaceId,
}

/// Who creates a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// The client.
    pub client: Client,
    /// The schedule or automation behind it.
    pub created_by: Option<CreatedBy>,
}

impl Scope {
    pub(crate) fn new(store: Store, id: WorkspaceId) -> Self {
        Self { store, id }
    }

    /// Whose it is.
    pub fn id(&self) -> WorkspaceId {
        self.id
    }

    /// The moment that it is, by the store's clock.
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    fn lanes(&self) -> Result<Arc<Lanes>, StoreError> {
        self.store.lanes()
    }

    /// A write whose lane does not matter.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl AsyncFn(&Tx<'_>, WorkspaceId) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_for(Uuid::nil(), 1, work).await
    }

    /// A write about a run: the same run always goes to the same lane.
    async fn write_for<T: Send + 'static>(
        &self,
        run: Uuid,
        weight: usize,
        work: impl AsyncFn(&Tx<'_>, WorkspaceId) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let workspace = self.id;
        self.lanes()?
            .write(run.as_u128(), weight, async move |tx| {
                work(tx, workspace).await
            })
            .await
    }

    /// A write that begins by reading a run, to propose a state for it.
    async fn write_state<T: Send + 'static>(
        &self,
        run: RunId,
        work: impl AsyncFn(&Tx<'_>, WorkspaceId) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let workspace = self.id;
        let wanted = Wanted { workspace, run };
        self.lanes()?
            .write_about(wanted, async move |tx| work(tx, workspace).await)
            .await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl AsyncFnOnce(&Conn, WorkspaceId) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let workspace = self.id;
        self.lanes()?
            .read(async move |conn: &Conn| work(conn, workspace).await)
            .await
    }
}

/// Random bits for ids, from the operating system through the uuid crate's generator.
pub(crate) fn draw() -> u128 {
    milliways_model::ids::random_bits()
}

/// The statements of the files in here.
#[cfg(test)]
pub(crate) fn statements() -> &'static [(&'static str, &'static crate::db::Sql)] {
    Box::leak(
        [
            event_ends::STATEMENTS,
            events::STATEMENTS,
            graph::STATEMENTS,
            next_runs::STATEMENTS,
            result_storage::STATEMENTS,
        ]
        .concat()
        .into_boxed_slice(),
    )
}
