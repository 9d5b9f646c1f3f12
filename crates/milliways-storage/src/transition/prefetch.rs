//! Runs that a group of writes is going to ask for, read in one statement before the first of them.
//!
//! Each statement to a database server is a round trip. Most writes of a group propose a state for one run each, so
//! those runs are read, and locked, together. What was read so is good for as long as nothing could have changed
//! it: as long as all that the group has written since is about other runs.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use milliways_model::{Uuid, WorkspaceId};
use milliways_orchestration::RunId;

use super::rows::{self, Found};
use crate::db::{DbError, Tx};

/// A run that a piece of work will propose a state for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) workspace: WorkspaceId,
    pub(crate) run: RunId,
}

/// Runs with their states, as they were when the group began.
#[derive(Default)]
pub(crate) struct Prefetched {
    /// How many changes the transaction had made by then.
    changes: u64,
    runs: RefCell<HashMap<(WorkspaceId, Uuid), Found>>,
}

impl Prefetched {
    /// Reads the runs that are wanted, in key order, and locks them.
    pub(crate) async fn read(
        tx: &Tx<'_>,
        wanted: impl Iterator<Item = Wanted>,
    ) -> Result<Self, DbError> {
        let mut flow_runs: BTreeMap<WorkspaceId, Vec<Uuid>> = BTreeMap::new();
        let mut task_runs: BTreeMap<WorkspaceId, Vec<Uuid>> = BTreeMap::new();
        for Wanted { workspace, run } in wanted {
            match run {
                RunId::Flow(id) => flow_runs.entry(workspace).or_default().push(id.0),
                RunId::Task(id) => task_runs.entry(workspace).or_default().push(id.0),
            }
        }
        let mut runs = HashMap::new();
        for (workspace, ids) in flow_runs {
            for found in rows::flow_runs(tx, workspace, ids).await? {
                runs.insert((workspace, super::uuid_of(found.0.id)), found);
            }
        }
        for (workspace, ids) in task_runs {
            for found in rows::task_runs(tx, workspace, ids).await? {
                runs.insert((workspace, super::uuid_of(found.0.id)), found);
            }
        }
        Ok(Self {
            changes: tx.changes(),
            runs: RefCell::new(runs),
        })
    }

    /// Takes those of these runs that are still as they were read, out of the list of those to be read.
    pub(super) fn take(
        &self,
        tx: &Tx<'_>,
        workspace: WorkspaceId,
        ids: &mut Vec<Uuid>,
    ) -> Vec<Found> {
        if self.changes != tx.changes() {
            return Vec::new();
        }
        let mut runs = self.runs.borrow_mut();
        let mut taken = Vec::new();
        ids.retain(|id| {
            if tx.has_touched(*id) {
                return true;
            }
            let found = runs.remove(&(workspace, *id));
            let is_missing = found.is_none();
            taken.extend(found);
            is_missing
        });
        taken
    }
}
