//! Pages and counts of events, where the store only narrows a filter down.
//!
//! Times, names and ids have columns; labels, related resources and words have none, so that rows which
//! match by columns are looked at one by one, up to a bound. The same matcher serves live subscribers.

mod counts;
mod token;

use std::collections::HashSet;

use milliways_model::filter::{EventFilter, EventOccurredFilter};
use milliways_model::{ReceivedEvent, Timestamp};
use milliways_storage::{EventPageAt, Scope, StoreError};
use serde::{Deserialize, Serialize};

use crate::matching::EventMatcher;

pub(crate) use counts::count;
pub(crate) use token::Token;

/// Rows that are read at once.
const CHUNK: i64 = 250;
/// The most rows that are looked at for one answer.
const MOST_ROWS: i64 = 20_000;

/// Where a list of events goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The row of the log to look at next, among those that match by columns.
    row: i64,
    /// How many events came before, where only the latest of each resource counts.
    taken: i64,
}

/// A page of events.
pub(crate) struct Found {
    pub(crate) events: Vec<ReceivedEvent>,
    /// How many match in all, as far as was looked.
    pub(crate) total: i64,
    pub(crate) next: Option<Position>,
}

/// Bounds a filter at `now`, so that later pages are of the same list.
pub(crate) fn pin(filter: &mut EventFilter, now: Timestamp) {
    let occurred = filter
        .occurred
        .get_or_insert_with(EventOccurredFilter::default);
    occurred.until.get_or_insert(now);
}

/// The first page, with the count of all.
pub(crate) async fn first(
    scope: &Scope,
    filter: &EventFilter,
    limit: i64,
) -> Result<Found, StoreError> {
    let at = EventPageAt { offset: 0, limit };
    let rows = scope.events(filter.clone(), at).await?;
    if rows.is_exact {
        let total = scope.count_event_rows(filter.clone()).await?;
        let row = i64::try_from(rows.events.len()).unwrap_or(0);
        let next = (limit > 0 && row < total).then_some(Position { row, taken: row });
        return Ok(Found {
            events: rows.events,
            total,
            next,
        });
    }
    let mut search = Search::new(scope, filter, Position::default(), limit);
    while search.read().await? {}
    let total = search.matched;
    Ok(search.found(total))
}

/// A later page.
pub(crate) async fn after(
    scope: &Scope,
    filter: &EventFilter,
    limit: i64,
    position: Position,
    total: i64,
) -> Result<Found, StoreError> {
    let at = EventPageAt {
        offset: position.row,
        limit,
    };
    let rows = scope.events(filter.clone(), at).await?;
    if rows.is_exact {
        let row = position.row + i64::try_from(rows.events.len()).unwrap_or(0);
        let next = (!rows.events.is_empty() && row < total).then_some(Position { row, taken: row });
        return Ok(Found {
            events: rows.events,
            total,
            next,
        });
    }
    let mut search = Search::new(scope, filter, position, limit);
    while search.is_short() && search.read().await? {}
    Ok(search.found(total))
}

/// Looks at rows one by one.
struct Search<'a> {
    scope: &'a Scope,
    matcher: EventMatcher,
    limit: i64,
    row: i64,
    first_row: i64,
    /// Matches to pass over, where the search began anew.
    skip: i64,
    matched: i64,
    seen: Option<HashSet<String>>,
    events: Vec<ReceivedEvent>,
    next: Option<Position>,
}

impl<'a> Search<'a> {
    fn new(scope: &'a Scope, filter: &EventFilter, from: Position, limit: i64) -> Self {
        let is_distinct = filter
            .resource
            .as_ref()
            .is_some_and(|resource| resource.distinct);
        // Which resources came before is only known from the beginning.
        let (row, skip) = if is_distinct {
            (0, from.taken)
        } else {
            (from.row, 0)
        };
        Self {
            scope,
            matcher: EventMatcher::new(filter.clone()),
            limit,
            row,
            first_row: row,
            skip,
            matched: 0,
            seen: is_distinct.then(HashSet::new),
            events: Vec::new(),
            next: None,
        }
    }

    fn is_short(&self) -> bool {
        self.next.is_none()
    }

    /// Reads some rows; false once there are no more, or enough were looked at.
    async fn read(&mut self) -> Result<bool, StoreError> {
        let at = EventPageAt {
            offset: self.row,
            limit: CHUNK,
        };
        let rows = self.scope.events(self.matcher.filter().clone(), at).await?;
        let count = i64::try_from(rows.events.len()).unwrap_or(0);
        for event in rows.events {
            self.look_at(event);
            self.row += 1;
        }
        Ok(count == CHUNK && self.row - self.first_row < MOST_ROWS)
    }

    fn look_at(&mut self, event: ReceivedEvent) {
        if !self.matcher.accepts(&event) {
            return;
        }
        if let Some(seen) = &mut self.seen
            && !seen.insert(event.resource.id().to_owned())
        {
            return;
        }
        self.matched += 1;
        if self.matched <= self.skip {
            return;
        }
        let taken = i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        if taken < self.limit {
            self.events.push(event);
        } else if self.next.is_none() && self.limit > 0 {
            self.next = Some(Position {
                row: self.row,
                taken: self.skip + taken,
            });
        }
    }

    fn found(self, total: i64) -> Found {
        Found {
            events: self.events,
            total,
            next: self.next,
        }
    }
}
