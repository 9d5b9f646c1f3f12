//! Runs that are brought in whole, with all their states: a history that was made elsewhere.
//!
//! They go the way of every other run, through the one function that changes states, so that rows, the log and the
//! counts agree. Many are written in one piece, which is what makes millions of them a matter of minutes.

use std::collections::HashSet;

use milliways_model::{FlowRun, LogCreate, State, TaskRun, WorkspaceId};

use super::{Scope, draw};
use crate::db::Tx;
use crate::error::StoreError;
use crate::tables::{flow_run, log};
use crate::transition::Transitions;

/// A flow run with what belongs to it. What its states say of it (times, counts) is worked out, not taken over.
#[derive(Clone, Debug, PartialEq)]
pub struct WholeFlowRun {
    /// The run, whose flow exists.
    pub run: FlowRun,
    /// Its states, oldest first.
    pub states: Vec<State>,
    /// Its task runs with theirs.
    pub task_runs: Vec<(TaskRun, Vec<State>)>,
    /// Lines of its log, oldest first.
    pub logs: Vec<LogCreate>,
}

impl WholeFlowRun {
    fn rows(&self) -> usize {
        let of_tasks = self.task_runs.iter().map(|(_, states)| 1 + states.len());
        1 + self.states.len() + self.logs.len() + of_tasks.sum::<usize>()
    }
}

impl Scope {
    /// Brings in runs, durably; one whose id or idempotency key exists is left out with all that belongs to it. Gives
    /// how many came in. The present moment is when they were received.
    pub async fn import_flow_runs(&self, whole: Vec<WholeFlowRun>) -> Result<u64, StoreError> {
        let lane = whole
            .first()
            .map_or_else(Default::default, |one| one.run.id.0);
        let weight = whole.iter().map(WholeFlowRun::rows).sum();
        self.write_for(lane, weight, async move |tx, workspace| {
            let all: Vec<&WholeFlowRun> = whole.iter().collect();
            let (_, rows) = decided(tx, workspace, &all);
            let new = flow_run::insert_all(tx, workspace, &rows.iter().collect::<Vec<_>>()).await?;
            let new: HashSet<_> = new.into_iter().collect();
            let all: Vec<&WholeFlowRun> = whole
                .iter()
                .filter(|one| new.contains(&one.run.id))
                .collect();
            let (mut transitions, _) = decided(tx, workspace, &all);
            for (task_run, states) in all.iter().flat_map(|one| &one.task_runs) {
                transitions.create_task_run(task_run.clone());
                for state in states {
                    transitions.record(task_run.id.0, state.clone(), None);
                }
            }
            transitions.finish().await?;
            let logs: Vec<&LogCreate> = all.iter().flat_map(|one| &one.logs).collect();
            log::append(tx, workspace, &logs, draw).await?;
            Ok(new.len() as u64)
        })
        .await
    }
}

/// What becomes of flow runs by their states, and their rows as they are then.
fn decided<'t, 'c>(
    tx: &'t Tx<'c>,
    workspace: WorkspaceId,
    all: &[&WholeFlowRun],
) -> (Transitions<'t, 'c>, Vec<FlowRun>) {
    let mut transitions = Transitions::new(tx, workspace, draw);
    let mut rows = Vec::with_capacity(all.len());
    for one in all {
        let mut row = one.run.clone();
        transitions.new_flow_run(&row);
        for state in &one.states {
            transitions.record(row.id.0, state.clone(), None);
        }
        transitions.complete_flow_run(&mut row);
        rows.push(row);
    }
    (transitions, rows)
}
