//! Which types and names of states there are, from the counts of states that are kept.

use std::collections::BTreeMap;

use milliways_model::observed_state::{ObservedState, ObservedStateSort};
use milliways_model::{Timestamp, WorkspaceId};

use super::Scope;
use super::event_ends::{Meant, event_ends};
use crate::db::{Conn, DbError};
use crate::error::StoreError;
use crate::tally::{self, About, Named};

/// How names of events begin that tell of states.
const RUNS: [&str; 2] = ["prefect.flow-run.", "prefect.task-run."];

impl Scope {
    /// The types and names of all states; only those of which one begins so, whatever its case, where a beginning is
    /// given.
    pub async fn observed_states(
        &self,
        beginning: Option<&str>,
        sort: ObservedStateSort,
        limit: usize,
    ) -> Result<Vec<ObservedState>, StoreError> {
        let beginning = beginning.unwrap_or_default().trim().to_lowercase();
        let mut found = self
            .read(async move |conn, workspace| Ok(observed(conn, workspace, &beginning).await?))
            .await?;
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

async fn observed(
    conn: &Conn,
    workspace: WorkspaceId,
    beginning: &str,
) -> Result<Vec<ObservedState>, DbError> {
    let begins = |text: &str| text.to_lowercase().starts_with(beginning);
    let name_of = |named: &Named| {
        let name = RUNS.iter().find_map(|run| named.name.strip_prefix(run))?;
        let is_asked = !named.kind.is_empty() && (begins(name) || begins(&named.kind));
        is_asked.then(|| name.to_owned())
    };
    let ever = tally::Span::default();
    let asked = |named: &Named| name_of(named).is_some();
    let found = tally::ends(conn, workspace, About::Events, ever, asked).await?;
    let ever = (Timestamp::MIN, Timestamp::MAX);
    let mut ends = event_ends(conn, workspace, Meant::States, ever, &found).await?;
    let mut states: BTreeMap<(String, String), (Timestamp, Timestamp)> = BTreeMap::new();
    for named in found {
        let Some(name) = name_of(&named) else {
            continue;
        };
        let key = (named.kind.clone(), name);
        let Some((first, last)) = ends.remove(&(named.kind, named.name)) else {
            continue;
        };
        let times = states.entry(key).or_insert((first, last));
        *times = (times.0.min(first), times.1.max(last));
    }
    Ok(states
        .into_iter()
        .map(
            |((state_type, state_name), (first_seen, last_seen))| ObservedState {
                state_type,
                state_name,
                first_seen,
                last_seen,
            },
        )
        .collect())
}
