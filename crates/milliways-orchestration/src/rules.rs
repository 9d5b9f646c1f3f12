//! Rules, one a file: each has a say in transitions between some types of states.

mod bypass_cancelling_without_infrastructure;
mod cache_insertion;
mod cache_retrieval;
mod cancelling_to_cancelled;
mod copy_scheduled_time;
mod copy_task_parameters_id;
mod deployment_slot;
mod enforce_deployment_concurrency_on_late;
mod enqueue_scheduled_tasks;
mod ensure_only_scheduled_marked_late;
mod flow_terminal;
mod pausing;
mod prevent_duplicate_transitions;
mod prevent_pending;
mod prevent_result_data_loss;
mod prevent_running_tasks_from_stopped_flows;
mod remove_lease_for_old_clients;
mod rename_reruns;
mod resuming;
mod retry_failed_flows;
mod retry_failed_tasks;
mod secure_deployment_slot;
mod secure_tag_slots;
mod task_terminal;
mod update_flow_run_tracker;
mod validate_deployment_slot;
mod wait_for_scheduled_time;

pub(crate) use bypass_cancelling_without_infrastructure::BYPASS_CANCELLING_WITHOUT_INFRASTRUCTURE;
pub(crate) use cache_insertion::CACHE_INSERTION;
pub(crate) use cache_retrieval::CACHE_RETRIEVAL;
pub(crate) use cancelling_to_cancelled::CANCELLING_TO_CANCELLED;
pub(crate) use copy_scheduled_time::COPY_SCHEDULED_TIME;
pub(crate) use copy_task_parameters_id::COPY_TASK_PARAMETERS_ID;
pub(crate) use enforce_deployment_concurrency_on_late::ENFORCE_DEPLOYMENT_CONCURRENCY_ON_LATE;
pub(crate) use enqueue_scheduled_tasks::ENQUEUE_SCHEDULED_TASKS;
pub(crate) use ensure_only_scheduled_marked_late::ENSURE_ONLY_SCHEDULED_MARKED_LATE;
pub(crate) use flow_terminal::FLOW_TERMINAL;
pub(crate) use pausing::PAUSING;
pub(crate) use prevent_duplicate_transitions::PREVENT_DUPLICATE_TRANSITIONS;
pub(crate) use prevent_pending::PREVENT_PENDING;
pub(crate) use prevent_result_data_loss::PREVENT_RESULT_DATA_LOSS;
pub(crate) use prevent_running_tasks_from_stopped_flows::PREVENT_RUNNING_TASKS_FROM_STOPPED_FLOWS;
pub(crate) use remove_lease_for_old_clients::REMOVE_LEASE_FOR_OLD_CLIENTS;
pub(crate) use rename_reruns::RENAME_RERUNS;
pub(crate) use resuming::RESUMING;
pub(crate) use retry_failed_flows::RETRY_FAILED_FLOWS;
pub(crate) use retry_failed_tasks::RETRY_FAILED_TASKS;
pub(crate) use secure_deployment_slot::SECURE_DEPLOYMENT_SLOT;
pub(crate) use secure_tag_slots::SECURE_TAG_SLOTS;
pub(crate) use task_terminal::TASK_TERMINAL;
pub(crate) use update_flow_run_tracker::UPDATE_FLOW_RUN_TRACKER;
pub(crate) use validate_deployment_slot::VALIDATE_DEPLOYMENT_SLOT;
pub(crate) use wait_for_scheduled_time::WAIT_FOR_SCHEDULED_TIME;

#[cfg(test)]
mod tests;
