//! When the first and the last event of each name occurred: the rows of the shortest spans that count any are looked at.

use std::collections::HashMap;

use milliways_model::{Timestamp, WorkspaceId};

use crate::db::{Conn, DbError, Sql, params, statements};
use crate::tally::{Named, named};

/// From a moment of each name on and up to another, within a time.
macro_rules! ends {
    ($asked:literal) => {
        concat!(
            named!("?4"),
            " SELECT one.kind, one.name,
            (SELECT e.occurred FROM event e WHERE e.workspace_id = ?1 AND e.occurred >= one.first AND e.occurred <= ?3
            AND e.name = one.name",
            $asked,
            " ORDER BY e.occurred, e.seq LIMIT 1),
            (SELECT e.occurred FROM event e WHERE e.workspace_id = ?1 AND e.occurred >= ?2 AND e.occurred <= one.last
            AND e.name = one.name",
            $asked,
            " ORDER BY e.occurred DESC, e.seq DESC LIMIT 1) FROM one"
        )
    };
}

statements! {
    EVENTS = ends!("");
    STATES = ends!(" AND e.state_type = one.kind");
}

/// Which events are meant.
#[derive(Clone, Copy)]
pub(super) enum Meant {
    /// All of a name.
    Events,
    /// Those of a name that are states of the type in [`Named::kind`].
    States,
}

/// The first and the last of each, where there are any.
pub(super) async fn event_ends(
    conn: &Conn,
    workspace: WorkspaceId,
    meant: Meant,
    (since, until): (Timestamp, Timestamp),
    names: &[Named],
) -> Result<HashMap<(String, String), (Timestamp, Timestamp)>, DbError> {
    let between = Named::list(names, since.as_micros(), until.as_micros());
    let statement: &Sql = match meant {
        Meant::Events => &EVENTS,
        Meant::States => &STATES,
    };
    let values = params![workspace, since, until, between];
    let found = conn.query(statement, &values, |row| {
        let key = (row.take()?, row.take()?);
        let (first, last): (Option<Timestamp>, Option<Timestamp>) = (row.take()?, row.take()?);
        Ok((key, first.zip(last)))
    });
    let found = found.await?.into_iter();
    Ok(found.filter_map(|(key, ends)| Some((key, ends?))).collect())
}
