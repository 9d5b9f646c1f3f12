//! Which types and names of states there are.

use milliways_model::observed_state::{ObservedState, ObservedStateSort};

use super::Scope;
use crate::db::{Row, params, statements};
use crate::error::StoreError;

statements! {
    OBSERVED = "SELECT h.state_type, h.state_name, MIN(h.occurred), MAX(h.occurred) FROM
        (SELECT e.state_type, e.state_name, e.occurred FROM event e
        WHERE e.workspace_id = ?1 AND e.run_id IS NOT NULL ORDER BY e.occurred DESC LIMIT ?2) h
        GROUP BY h.state_type, h.state_name";
}

/// How many states are looked at, the newest first: a name that was not used for so long is not offered.
const NEWEST: i64 = 100_000;

impl Scope {
    /// The types and names of the newest states; only those of which one begins so, whatever its case, where a
    /// beginning is given.
    pub async fn observed_states(
        &self,
        beginning: Option<&str>,
        sort: ObservedStateSort,
        limit: usize,
    ) -> Result<Vec<ObservedState>, StoreError> {
        let read = |row: &mut Row<'_>| {
            Ok(ObservedState {
                state_type: row.take()?,
                state_name: row.take()?,
                first_seen: row.take()?,
                last_seen: row.take()?,
            })
        };
        let mut found = self
            .read(async move |conn, workspace| {
                Ok(conn
                    .query(&OBSERVED, &params![workspace, NEWEST], read)
                    .await?)
            })
            .await?;
        if let Some(beginning) = beginning.map(str::trim).filter(|text| !text.is_empty()) {
            let beginning = beginning.to_lowercase();
            let begins = |text: &str| text.to_lowercase().starts_with(&beginning);
            found.retain(|it| begins(&it.state_type) || begins(&it.state_name));
        }
        found.sort_unstable_by(|a, b| {
            let by_name = (&a.state_type, &a.state_name).cmp(&(&b.state_type, &b.state_name));
            match sort {
                ObservedStateSort::NameAsc => by_name,
                ObservedStateSort::LastSeenDesc => b.last_seen.cmp(&a.last_seen).then(by_name),
            }
        });
        found.truncate(limit);
        Ok(found)
    }
}
