//! Automations that would start runs for ever: a run's own states start the next one.

use milliways_model::automation::{Action, ActionSource, EventTrigger, Posture, Trigger};
use milliways_model::filter::ResourceSpecification;
use milliways_model::{AutomationContent, event::Resource};

/// What every run of a deployment goes through.
const EVERY_RUN: [&str; 4] = [
    "prefect.flow-run.Scheduled",
    "prefect.flow-run.Pending",
    "prefect.flow-run.Running",
    "prefect.flow-run.*",
];

const INFERRED: &str = "Running an inferred deployment from a flow run state change event will lead to an infinite loop \
     of flow runs.  Please choose a specific deployment and add additional filtering labels to the match or \
     match_related for this automation's trigger.";

const SELECTED: &str = "Running a selected deployment from a flow run state change event may lead to an infinite loop of \
     flow runs.  Please include additional filtering labels on either match or match_related to narrow down which flow \
     runs will trigger this automation to exclude flow runs from the deployment you've selected.";

pub(super) fn check(automation: &AutomationContent) -> Result<(), String> {
    let Trigger::Event(trigger) = &automation.trigger else {
        return Ok(());
    };
    let is_about_every_run = trigger
        .expect
        .iter()
        .any(|name| EVERY_RUN.contains(&name.as_str()));
    if !automation.enabled || trigger.posture != Posture::Reactive || !is_about_every_run {
        return Ok(());
    }
    for action in &automation.actions {
        if let Action::RunDeployment(run) = action {
            match run.source {
                ActionSource::Inferred => return Err(INFERRED.to_owned()),
                ActionSource::Selected if is_wide(trigger) => return Err(SELECTED.to_owned()),
                ActionSource::Selected => {}
            }
        }
    }
    Ok(())
}

/// Whether the trigger's labels leave the flow runs of the deployment in.
fn is_wide(trigger: &EventTrigger) -> bool {
    matches_every_flow_run(&trigger.r#match)
        && trigger
            .match_related
            .as_slice()
            .iter()
            .any(matches_every_flow_run)
}

fn matches_every_flow_run(labels: &ResourceSpecification) -> bool {
    labels.is_empty()
        || (labels.len() == 1
            && labels
                .get(Resource::ID)
                .is_some_and(|ids| ids.as_slice().iter().any(|id| id == "prefect.flow-run.*")))
}
