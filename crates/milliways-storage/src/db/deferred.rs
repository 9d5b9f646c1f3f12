//! Writes that wait for the end of their transaction, or for the first statement that might see them.
//!
//! Each statement to a database server is a round trip, and most of a transition's statements write rows that
//! nothing in the same transaction looks at. These are kept here and sent together, one statement for all rows
//! of a kind, whichever piece of work they are of. The embedded database has no round trips: there, nothing
//! waits.

use std::collections::HashSet;

use milliways_model::Uuid;

use super::bulk::Bulk;
use super::value::Value;

/// What waits, and what ever waited since the transaction began.
#[derive(Default)]
pub(super) struct Deferred {
    /// Rows by the statement that writes them, in the order in which the first one of each came.
    batches: Vec<(&'static Bulk, Vec<Vec<Value<'static>>>)>,
    /// The first columns of all rows of this transaction that waited: what they are about.
    touched: HashSet<Uuid>,
}

impl Deferred {
    /// Keeps rows for later.
    pub(super) fn add(&mut self, bulk: &'static Bulk, rows: Vec<Vec<Value<'_>>>) {
        for row in &rows {
            if let Some(Value::Uuid(id)) = row.first() {
                self.touched.insert(*id);
            }
        }
        let rows = rows
            .into_iter()
            .map(|row| row.into_iter().map(Value::into_owned).collect());
        match self
            .batches
            .iter_mut()
            .find(|(known, _)| std::ptr::eq(*known, bulk))
        {
            Some((_, waiting)) => waiting.extend(rows),
            None => self.batches.push((bulk, rows.collect())),
        }
    }

    /// Whether rows wait.
    pub(super) fn waits(&self) -> bool {
        !self.batches.is_empty()
    }

    /// Whether rows about this id waited in this transaction.
    pub(super) fn has_touched(&self, id: Uuid) -> bool {
        self.touched.contains(&id)
    }

    /// Everything that waits.
    pub(super) fn take(&mut self) -> Vec<(&'static Bulk, Vec<Vec<Value<'static>>>)> {
        std::mem::take(&mut self.batches)
    }

    /// Begins anew.
    pub(super) fn clear(&mut self) {
        self.batches.clear();
        self.touched.clear();
    }
}
