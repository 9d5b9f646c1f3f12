//! Which types and names of states there are, from the counts of states that are kept.

use std::collections::BTreeMap;

use milliways_model::observed_state::{ObservedState, ObservedStateSort};
use milliways_model::{Timestamp, WorkspaceId};

use super::Scope;
use crate::db::{Conn, DbError, params, statements};
use crate::error::StoreError;
use crate::tally::{self, About, HOUR, Named};

statements! {
    FIRST = "SELECT e.occurred FROM event e WHERE e.workspace_id = ?1 AND e.occurred >= ?2 AND e.occurred < ?3
        AND e.name = ?4 AND e.state_type = ?5 ORDER BY e.occurred, e.seq LIMIT 1";
    LAST = "SELECT e.occurred FROM event e WHERE e.workspace_id = ?1 AND e.occurred >= ?2 AND e.occurred < ?3
        AND e.name = ?4 AND e.state_type = ?5 ORDER BY e.occurred DESC, e.seq DESC LIMIT 1";
}

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
    let mut states: BTreeMap<(String, String), (Timestamp, Timestamp)> = BTreeMap::new();
    for named in tally::names(conn, workspace, About::Events, tally::Span::default()).await? {
        let name = RUNS.iter().find_map(|run| named.name.strip_prefix(run));
        let Some(name) = name.filter(|name| begins(name) || begins(&named.kind)) else {
            continue;
        };
        if named.kind.is_empty() {
            continue;
        }
        let key = (named.kind.clone(), name.to_owned());
        let Some((first, last)) = seen(conn, workspace, &named).await? else {
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

/// When the first and the last state of a type and name was, each within the hour that is known.
async fn seen(
    conn: &Conn,
    workspace: WorkspaceId,
    named: &Named,
) -> Result<Option<(Timestamp, Timestamp)>, DbError> {
    let [mut first, mut last] = [None, None];
    for (statement, hour, found) in [
        (&FIRST, named.first, &mut first),
        (&LAST, named.last, &mut last),
    ] {
        let (name, kind) = (&named.name, &named.kind);
        let values = params![workspace, hour, hour + HOUR, name, kind];
        *found = conn.query_one(statement, &values, |row| row.take()).await?;
    }
    Ok(first.zip(last))
}
