//! Pages and counts of events, where the store only narrows a filter down.
//!
//! Times, names, ids and what events are about are the store's to find; labels, roles and words have no index, so
//! that rows which match otherwise are looked at one by one. A list goes on where it ended, however far that is.
//! The same matcher serves live subscribers.

mod counts;
mod token;

use std::collections::HashSet;

use milliways_model::filter::{EventFilter, EventOccurredFilter};
use milliways_model::{ReceivedEvent, Timestamp};
use milliways_storage::{EventPageAt, EventPosition, Scope, StoreError, events_are_exact};
use serde::{Deserialize, Serialize};

use crate::matching::EventMatcher;

pub(crate) use counts::count;
pub(crate) use token::Token;

/// Rows that are read at once.
const CHUNK: i64 = 250;
/// The most rows that are looked at for one page. Where that is not enough the page says so: its total is then a
/// lower bound, and the next page looks on.
const MOST_ROWS: i64 = 200_000;

/// Where a list of events goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// The last event that was looked at.
    occurred: Timestamp,
    seq: i64,
    /// How many events came before, where only the latest of each resource counts.
    taken: i64,
}

impl Position {
    fn after(at: EventPosition) -> Self {
        let EventPosition { occurred, seq } = at;
        Self {
            occurred,
            seq,
            taken: 0,
        }
    }

    fn event(self) -> EventPosition {
        EventPosition {
            occurred: self.occurred,
            seq: self.seq,
        }
    }
}

/// A page of events.
pub(crate) struct Found {
    pub(crate) events: Vec<ReceivedEvent>,
    /// How many match in all.
    pub(crate) total: Total,
    pub(crate) next: Option<Position>,
}

/// How many events match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Total {
    pub(crate) count: i64,
    /// Whether there may be more: not all could be looked at.
    pub(crate) is_lower_bound: bool,
}

impl Total {
    fn exact(count: i64) -> Self {
        Self {
            count,
            is_lower_bound: false,
        }
    }
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
    if let Some(mut found) = exact(scope, filter, limit, None).await? {
        found.total = Total::exact(scope.count_event_rows(filter.clone()).await?);
        return Ok(found);
    }
    let mut search = Search::new(scope, filter, None, limit);
    while search.read().await? {}
    let total = Total {
        count: search.matched,
        is_lower_bound: search.is_cut,
    };
    Ok(search.found(total))
}

/// A later page.
pub(crate) async fn after(
    scope: &Scope,
    filter: &EventFilter,
    limit: i64,
    position: Position,
    total: Total,
) -> Result<Found, StoreError> {
    if let Some(found) = exact(scope, filter, limit, Some(position.event())).await? {
        return Ok(Found { total, ..found });
    }
    let mut search = Search::new(scope, filter, Some(position), limit);
    while search.is_short() && search.read().await? {}
    Ok(search.found(total))
}

/// A page where the store applies every criterion; none where it does not.
async fn exact(
    scope: &Scope,
    filter: &EventFilter,
    limit: i64,
    after: Option<EventPosition>,
) -> Result<Option<Found>, StoreError> {
    if !events_are_exact(filter) {
        return Ok(None);
    }
    // One more tells whether there is a next page.
    let at = EventPageAt {
        after,
        limit: limit + 1,
    };
    let mut rows = scope.events(filter.clone(), at).await?;
    let wanted = usize::try_from(limit).unwrap_or(0);
    let is_more = rows.events.len() > wanted;
    rows.events.truncate(wanted);
    let last = wanted
        .checked_sub(1)
        .and_then(|last| rows.positions.get(last));
    Ok(Some(Found {
        events: rows.events,
        total: Total::exact(0),
        next: last.filter(|_| is_more).copied().map(Position::after),
    }))
}

/// Looks at rows one by one.
struct Search<'a> {
    scope: &'a Scope,
    matcher: EventMatcher,
    limit: i64,
    /// The last row that was looked at.
    at: Option<EventPosition>,
    looked_at: i64,
    /// Whether there was more than may be looked at.
    is_cut: bool,
    /// Matches to pass over, where the search began anew.
    skip: i64,
    matched: i64,
    seen: Option<HashSet<String>>,
    events: Vec<ReceivedEvent>,
    /// Where the last event of the page stands.
    last: Option<EventPosition>,
    is_more: bool,
}

impl<'a> Search<'a> {
    fn new(scope: &'a Scope, filter: &EventFilter, from: Option<Position>, limit: i64) -> Self {
        let is_distinct = filter
            .resource
            .as_ref()
            .is_some_and(|resource| resource.distinct);
        // Which resources came before is only known from the beginning.
        let (at, skip) = match from {
            Some(from) if is_distinct => (None, from.taken),
            Some(from) => (Some(from.event()), 0),
            None => (None, 0),
        };
        Self {
            scope,
            matcher: EventMatcher::new(filter.clone()),
            limit,
            at,
            looked_at: 0,
            is_cut: false,
            skip,
            matched: 0,
            seen: is_distinct.then(HashSet::new),
            events: Vec::new(),
            last: None,
            is_more: false,
        }
    }

    fn is_short(&self) -> bool {
        !self.is_more
    }

    /// Reads some rows; false once there are no more, or enough were looked at.
    async fn read(&mut self) -> Result<bool, StoreError> {
        if self.looked_at >= MOST_ROWS {
            self.is_cut = true;
            return Ok(false);
        }
        let at = EventPageAt {
            after: self.at,
            limit: CHUNK,
        };
        let rows = self.scope.events(self.matcher.filter().clone(), at).await?;
        let count = i64::try_from(rows.events.len()).unwrap_or(0);
        for (event, at) in rows.events.into_iter().zip(rows.positions) {
            self.look_at(event, at);
            self.at = Some(at);
        }
        self.looked_at += count;
        Ok(count == CHUNK)
    }

    fn look_at(&mut self, event: ReceivedEvent, at: EventPosition) {
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
            self.last = Some(at);
        } else if self.limit > 0 {
            self.is_more = true;
        }
    }

    fn found(self, total: Total) -> Found {
        let taken = self.skip + i64::try_from(self.events.len()).unwrap_or(0);
        // A page that is full goes on after its last event, one that is not after the last row that was seen.
        let next = match (self.is_more, self.is_cut) {
            (true, _) => self.last,
            (false, true) if self.limit > 0 => self.at,
            _ => None,
        };
        Found {
            events: self.events,
            total,
            next: next.map(|at| Position {
                taken,
                ..Position::after(at)
            }),
        }
    }
}
