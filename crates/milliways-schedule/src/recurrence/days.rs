//! Which days a rule lets through.

use jiff::civil::Date;

use super::rule::{Frequency, Rule};

impl Rule {
    /// Whether a day fits all that the rule says of days.
    pub(super) fn lets_through(&self, date: Date) -> bool {
        let says = |list: &[i64], value: i64| list.is_empty() || list.contains(&value);
        says(&self.months, i64::from(date.month()))
            && (self.weeks.is_empty() || self.week_fits(date))
            && (self.weekdays.is_empty() || self.weekdays.contains(&weekday(date)))
            && (self.nth_weekdays.is_empty() || self.nth_fits(date))
            && (self.easter.is_empty() || self.easter_fits(date))
            && (self.month_days.is_empty() || self.month_day_fits(date))
            && (self.year_days.is_empty() || self.year_day_fits(date))
    }

    fn month_day_fits(&self, date: Date) -> bool {
        let (day, length) = (i64::from(date.day()), i64::from(date.days_in_month()));
        self.month_days.contains(&day) || self.month_days.contains(&(day - length - 1))
    }

    fn year_day_fits(&self, date: Date) -> bool {
        let (day, length) = (
            i64::from(date.day_of_year()),
            i64::from(date.days_in_year()),
        );
        self.year_days.contains(&day) || self.year_days.contains(&(day - length - 1))
    }

    fn easter_fits(&self, date: Date) -> bool {
        easter(date.year()).is_some_and(|easter| {
            let days = date.duration_since(easter).as_hours() / 24;
            self.easter.contains(&days)
        })
    }

    /// The weekday of a week, counted within the month or the year, from its beginning or its end.
    fn nth_fits(&self, date: Date) -> bool {
        let by_month = self.frequency == Frequency::Monthly || !self.months.is_empty();
        let (day, length) = if by_month {
            (i64::from(date.day()), i64::from(date.days_in_month()))
        } else {
            (
                i64::from(date.day_of_year()),
                i64::from(date.days_in_year()),
            )
        };
        self.nth_weekdays.iter().any(|(weekday_wanted, nth)| {
            *weekday_wanted == weekday(date)
                && if *nth > 0 {
                    (day - 1) / 7 + 1 == *nth
                } else {
                    (length - day) / 7 + 1 == -*nth
                }
        })
    }

    /// Weeks are numbered as by ISO 8601, with the rule's own first day of the week.
    fn week_fits(&self, date: Date) -> bool {
        let Some((year, week, weeks)) = self.week_of(date) else {
            return false;
        };
        if year > date.year() {
            return self.weeks.contains(&1);
        }
        self.weeks.contains(&week) || self.weeks.contains(&(week - weeks - 1))
    }

    /// The year that a day's week belongs to, the week's number, and how many weeks that year has.
    fn week_of(&self, date: Date) -> Option<(i16, i64, i64)> {
        let day = date
            .duration_since(self.first_week(date.year())?)
            .as_hours()
            / 24;
        if day < 0 {
            let year = date.year() - 1;
            let begin = self.first_week(year)?;
            let weeks = self
                .first_week(date.year())?
                .duration_since(begin)
                .as_hours()
                / 24
                / 7;
            return Some((
                year,
                date.duration_since(begin).as_hours() / 24 / 7 + 1,
                weeks,
            ));
        }
        let next = self.first_week(date.year().checked_add(1)?)?;
        if date >= next {
            return Some((date.year() + 1, 1, 52));
        }
        let weeks = next
            .duration_since(self.first_week(date.year())?)
            .as_hours()
            / 24
            / 7;
        Some((date.year(), day / 7 + 1, weeks))
    }

    /// The first day of a year's first week: the one that holds the fourth of January.
    fn first_week(&self, year: i16) -> Option<Date> {
        let fourth = Date::new(year, 1, 4).ok()?;
        let back = (weekday(fourth) - self.week_start).rem_euclid(7);
        fourth.checked_sub(jiff::Span::new().days(back)).ok()
    }
}

/// From Monday, which is 0.
pub(super) fn weekday(date: Date) -> i8 {
    date.weekday().to_monday_zero_offset()
}

/// Easter Sunday in the Gregorian calendar, by the anonymous algorithm of 1876.
fn easter(year: i16) -> Option<Date> {
    let year_number = i32::from(year);
    let golden = year_number % 19;
    let century = year_number / 100;
    let correction = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
    let full_moon = correction
        - (correction / 28)
            * (1 - (correction / 28) * (29 / (correction + 1)) * ((21 - golden) / 11));
    let weekday = (year_number + year_number / 4 + full_moon + 2 - century + century / 4) % 7;
    let distance = full_moon - weekday;
    let month = 3 + (distance + 40) / 44;
    let day = distance + 28 - 31 * (month / 4);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
