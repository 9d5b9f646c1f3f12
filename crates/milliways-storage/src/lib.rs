//! The only home of SQL: the store, its writer, and the one function that changes a run's state.
//!
//! A [`Store`] is an embedded SQLite file that one process owns, or a PostgreSQL database that several
//! servers share; one code path serves both. Nothing can be asked without saying whose it is: a [`Scope`]
//! comes from [`Store::workspace`]. A write is answered after its commit; many writes share one (group
//! commit), see `db/lane.rs`. A state changes in [`transition`] and nowhere else.
//!
//! To add a resource: its table in the next migration of both databases (`migrations/`), a file in `tables/`
//! with its statements (declared by `statements!`, so that a test prepares them on both databases), its
//! filter in `filter/`, and its methods in `scope/`.

mod automation;
mod blocks;
mod cancellations;
mod db;
mod deployment;
mod deployment_limit;
mod doctor;
mod error;
mod event_filter;
mod filter;
mod foreign;
mod foreman;
mod heartbeats;
mod journal;
mod labels;
mod lifecycle;
mod pools;
mod reconcile;
mod render;
mod schedules;
mod scope;
mod seal;
mod slots;
mod store;
mod tables;
mod tally;
pub mod transition;

pub use blocks::system::{SystemBlock, SystemSchema, system_blocks};
pub use db::{DbError, Durability, Location, Session, Statistics, Tls};
pub use deployment::scheduling::Horizon;
pub use doctor::Finding;
pub use error::StoreError;
pub use event_filter::{is_exact as events_are_exact, times as event_times};
pub use filter::{BlockFilters, Filters, Page};
pub use journal::{JournalError, JournalRun, LEASE_SECONDS};
pub use milliways_orchestration::Waits;
pub use scope::{
    Admission, Claimed, CleanupOutcome, CleanupPolicy, EventPageAt, EventPosition, EventRows,
    GraphLimits, LeaseRequest, LimitKey, NewInput, Origin, Poll, QueueFound, QueueName, Resumption,
    Scope, SlotRequest, Slots, Span, TagLimitKey, TagSlots, VariableKey, WholeFlowRun,
};
pub use seal::SecretsKey;
pub use store::{Options, Store};
pub use tables::concurrency_lease::ExpiredLease;
pub use tables::event::NamedEvents;
pub use tables::task_queue::QueueLimits;
pub use tally::CountPosition;
pub use transition::{Outcome, Set};

#[cfg(test)]
mod tests;
