//! What is stored as text and understood only when it is used: it can be read.

use milliways_model::{Schedule, Uuid};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{Finding, MOST};
use crate::db::{Conn, DbError, Sql, params};

/// Texts of one kind: a page of them, and whether one can be read.
struct Texts {
    what: &'static str,
    page: Sql,
    reads: fn(&str) -> bool,
}

static ALL: [Texts; 6] = [
    Texts {
        what: "variable",
        page: Sql::new("SELECT id, value FROM variable WHERE id > ?1 ORDER BY id LIMIT 100"),
        reads: reads::<IgnoredAny>,
    },
    Texts {
        what: "saved search",
        page: Sql::new("SELECT id, filters FROM saved_search WHERE id > ?1 ORDER BY id LIMIT 100"),
        reads: reads::<IgnoredAny>,
    },
    Texts {
        what: "schedule",
        page: Sql::new(
            "SELECT id, schedule FROM deployment_schedule WHERE id > ?1 ORDER BY id LIMIT 100",
        ),
        reads: reads::<Schedule>,
    },
    Texts {
        what: "deployment",
        page: Sql::new("SELECT id, parameters FROM deployment WHERE id > ?1 ORDER BY id LIMIT 100"),
        reads: reads::<IgnoredAny>,
    },
    Texts {
        what: "automation",
        page: Sql::new("SELECT id, definition FROM automation WHERE id > ?1 ORDER BY id LIMIT 100"),
        reads: crate::tables::automation::is_readable,
    },
    Texts {
        what: "work pool",
        page: Sql::new(
            "SELECT id, base_job_template FROM work_pool WHERE id > ?1 ORDER BY id LIMIT 100",
        ),
        reads: reads::<IgnoredAny>,
    },
];

fn reads<T: DeserializeOwned>(text: &str) -> bool {
    serde_json::from_str::<T>(text).is_ok()
}

/// Reads every text.
pub(super) async fn readable(conn: &Conn) -> Result<Finding, DbError> {
    let mut broken = Vec::new();
    for texts in &ALL {
        let mut last = Uuid::nil();
        while broken.len() < MOST {
            let page: Vec<(Uuid, String)> = conn
                .query(&texts.page, &params![last], |row| {
                    Ok((row.take()?, row.take()?))
                })
                .await?;
            let Some((end, _)) = page.last() else { break };
            last = *end;
            let damaged = page.iter().filter(|(_, text)| !(texts.reads)(text));
            broken.extend(damaged.map(|(id, _)| format!("{id}: {}", texts.what)));
        }
    }
    broken.truncate(MOST);
    Ok(Finding {
        name: "texts",
        says: "variables, saved searches, schedules, automations and templates can be read",
        next: "save it again through the API, or delete it",
        broken,
    })
}

/// The statements of this file.
#[cfg(test)]
pub(super) fn statements() -> impl Iterator<Item = (&'static str, &'static Sql)> {
    ALL.iter().map(|texts| (texts.what, &texts.page))
}
