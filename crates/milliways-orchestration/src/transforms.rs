//! Universal transforms: what happens to every state that is going to be written, whatever its type.

mod preserve_lease_id;
mod release_deployment_slot;
mod release_tag_slots;
mod resuming_flag;
mod run_count;
mod state_details;
mod subflow;
mod times;
mod unique_timestamp;

pub(crate) use preserve_lease_id::{PRESERVE_LEASE_ID, carry_lease};
pub(crate) use release_deployment_slot::{RELEASE_DEPLOYMENT_SLOT, lease_to_release};
pub(crate) use release_tag_slots::{RELEASE_TAG_SLOTS, gives_tag_slots_back};
pub(crate) use resuming_flag::RESUMING_FLAG;
pub(crate) use run_count::{FLOW_RUN_COUNT, TASK_RUN_COUNT};
pub(crate) use state_details::STATE_DETAILS;
pub(crate) use subflow::{SUBFLOW_DETAILS, SUBFLOW_PARENT};
pub(crate) use times::{
    END_TIME, EXPECTED_START_TIME, NEXT_SCHEDULED_START_TIME, RUN_TIME, START_TIME,
};
pub(crate) use unique_timestamp::UNIQUE_TIMESTAMP;

#[cfg(test)]
mod tests;
