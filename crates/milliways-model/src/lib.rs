//! The words on the wire: ids, times, states, runs, logs, events, filters, sorts, problems.
//!
//! This crate owns the shapes that the server, the clients and the store agree on, exactly as Prefect
//! 3.9's REST API spells them. It does no I/O, owns no clock and cannot await: times and random bits
//! are arguments.
//!
//! To add a resource: one file named by its noun with the stored object (`Thing`), the body that creates
//! it (`ThingCreate`, unknown keys refused), the body that changes it (`ThingUpdate`), a file in
//! `filter/`, and its sort keys in `sort.rs`.

pub mod artifact;
pub mod automation;
pub mod block;
pub mod concurrency_limit;
pub mod deployment;
pub mod event;
pub mod event_spans;
pub mod filter;
pub mod flow;
pub mod flow_run;
pub mod flow_run_input;
pub mod graph;
pub mod history;
pub mod ids;
pub mod journal;
pub mod json;
pub mod log;
pub mod names;
pub mod observed_state;
pub mod orchestration;
pub mod patch;
pub mod policy;
pub mod problem;
pub mod saved_search;
pub mod schedule;
pub mod sort;
pub mod state;
pub mod task_run;
pub mod task_worker;
pub mod text_query;
pub mod time;
pub mod variable;
pub mod version;
pub mod work_pool;
pub mod work_queue;
pub mod worker;
pub mod worker_channel;

pub use artifact::{Artifact, ArtifactCollection, ArtifactCreate, ArtifactUpdate};
pub use automation::{
    Automation, AutomationContent, AutomationCreate, AutomationPartialUpdate, AutomationUpdate,
};
pub use block::{
    BlockDocument, BlockDocumentCreate, BlockDocumentUpdate, BlockSchema, BlockSchemaCreate,
    BlockType, BlockTypeCreate, BlockTypeUpdate,
};
pub use deployment::{
    Deployment, DeploymentCreate, DeploymentFlowRunCreate, DeploymentSchedule,
    DeploymentScheduleCreate, DeploymentScheduleUpdate, DeploymentStatus, DeploymentUpdate,
};
pub use event::{Event, ReceivedEvent};
pub use flow::{Flow, FlowCreate, FlowUpdate};
pub use flow_run::{FlowRun, FlowRunCreate, FlowRunUpdate};
pub use ids::*;
pub use json::{Json, JsonObject};
pub use log::{Log, LogCreate};
pub use orchestration::{OrchestrationResult, SetStateStatus};
pub use policy::{FlowRunPolicy, RetryType, TaskRunPolicy};
pub use problem::Problem;
pub use saved_search::{SavedSearch, SavedSearchCreate};
pub use schedule::Schedule;
pub use state::{State, StateCreate, StateDetails, StateType};
pub use task_run::{TaskRun, TaskRunCreate, TaskRunUpdate};
pub use time::Timestamp;
pub use variable::{Variable, VariableCreate, VariableUpdate};
pub use work_pool::{WorkPool, WorkPoolCreate, WorkPoolStatus, WorkPoolUpdate};
pub use work_queue::{WorkQueue, WorkQueueCreate, WorkQueueStatus, WorkQueueUpdate};
pub use worker::{Worker, WorkerStatus};

#[cfg(test)]
mod tests;
