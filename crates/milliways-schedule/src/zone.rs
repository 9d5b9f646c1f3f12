//! Time zones, and from civil time to moments.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::error::Error;

/// A zone of the IANA database.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone(TimeZone);

/// The zone of that name; UTC where there is none.
pub fn zone(name: Option<&str>) -> Result<Zone, Error> {
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Ok(Zone(TimeZone::UTC));
    };
    let short: String = name.chars().take(64).collect();
    let is_name = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
    if !name.chars().all(is_name) {
        return Err(Error::Zone(short));
    }
    match TimeZone::get(name) {
        // The lookup does not mind the case of letters; Prefect's clients do.
        Ok(zone) if zone.iana_name().is_none_or(|found| found == name) => Ok(Zone(zone)),
        _ => Err(Error::Zone(short)),
    }
}

impl Zone {
    pub(crate) fn is_utc(&self) -> bool {
        self.0 == TimeZone::UTC
    }

    /// What the clock on the wall shows.
    pub(crate) fn local(&self, moment: Timestamp) -> DateTime {
        self.0.to_datetime(moment)
    }

    /// The moment at which the wall shows that: the first one where it shows it twice, later by the gap where
    /// it never does.
    pub(crate) fn first(&self, wall: DateTime) -> Option<Timestamp> {
        self.0.to_ambiguous_timestamp(wall).compatible().ok()
    }

    /// The same with the second one where it shows it twice.
    pub(crate) fn last(&self, wall: DateTime) -> Option<Timestamp> {
        self.0.to_ambiguous_timestamp(wall).later().ok()
    }

    /// The same as the first, but earlier by the gap where it never shows it.
    pub(crate) fn first_or_before(&self, wall: DateTime) -> Option<Timestamp> {
        let ambiguous = self.0.to_ambiguous_timestamp(wall);
        ambiguous.earlier().ok()
    }

    /// Whether the wall never shows that.
    pub(crate) fn skips(&self, wall: DateTime) -> bool {
        matches!(
            self.0.to_ambiguous_timestamp(wall).offset(),
            AmbiguousOffset::Gap { .. }
        )
    }

    /// The last change of clocks at or before a moment, and by how many seconds they went forward.
    pub(crate) fn change_before(&self, moment: Timestamp) -> Option<(Timestamp, i64)> {
        let just_after = moment
            .checked_add(jiff::SignedDuration::from_secs(1))
            .ok()?;
        let change = self.0.preceding(just_after).next()?.timestamp();
        let before = change
            .checked_sub(jiff::SignedDuration::from_secs(1))
            .ok()?;
        let offset = |at| i64::from(self.0.to_offset(at).seconds());
        Some((change, offset(change) - offset(before)))
    }

    /// The next change of clocks after a moment.
    pub(crate) fn change_after(&self, moment: Timestamp) -> Option<Timestamp> {
        Some(self.0.following(moment).next()?.timestamp())
    }
}
